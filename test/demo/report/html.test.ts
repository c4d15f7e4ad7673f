import { describe, expect, it } from '@jest/globals'
import { withShortDigests } from './html.ts'

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`

describe('withShortDigests', () => {
  it('shows twelve characters of a digest, and keeps the whole one for hover and copy', () => {
    const shown = withShortDigests(`app@${digest}`)
    expect(shown.replaceAll(/<[^>]*>/g, '')).toBe('app@0123456789ab')
    expect(shown).toContain(`title="${digest}" data-copy="${digest}"`)
  })

  it('makes text of others inert', () => {
    expect(withShortDigests('<script>"&')).toBe('&lt;script&gt;&quot;&amp;')
  })
})
