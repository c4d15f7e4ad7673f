import { describe, expect, it } from '@jest/globals'
import {
  codeBlock,
  document,
  escaped,
  heading,
  inert,
  table,
  withinLimit,
} from '@oke-pipeline/core'

describe('escaped', () => {
  it.each([
    { name: 'HTML', text: '<img src=x onerror=y>', without: ['<', '>'] },
    { name: 'a link', text: '[x](javascript:y)', without: ['[', ']', '('] },
    { name: 'a cell border', text: 'a | b', without: ['|'] },
    { name: 'a mention', text: '@team', without: ['@'] },
    { name: 'a line break', text: 'a\n# b', without: ['\n'] },
  ])('takes the meaning from $name', ({ text, without }) => {
    for (const character of without) expect(escaped(text)).not.toContain(character)
  })
})

describe('codeBlock', () => {
  it('keeps lines and cannot be closed from within', () => {
    const block = codeBlock('a\n</code></pre><b>x')
    expect(block.match(/<\/pre>/g)).toHaveLength(1)
    expect(block).toContain('\n')
  })
})

describe('table', () => {
  it('says how many rows it leaves out', () => {
    expect(table(['n'], [['1'], ['2'], ['3']], 2)).toBe(
      '| n |\n| --- |\n| 1 |\n| 2 |\n\n… 1 more\n',
    )
  })
})

describe('document', () => {
  it('separates its parts by blank lines', () => {
    expect(document(heading('A'), undefined, 'b\n')).toBe('### A\n\nb\n')
  })
})

describe('withinLimit', () => {
  it('leaves what is small enough', () => expect(withinLimit('abc\n', 10)).toBe('abc\n'))

  it('cuts at a line and says so', () => {
    const cut = withinLimit('line\n'.repeat(100), 200)
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(200)
    expect(cut).toMatch(/line\n\n… cut/)
  })
})

describe('inert', () => {
  it.each([
    { name: 'a command', text: '::set-output name=a::b' },
    { name: 'an indented command', text: '  ::add-mask::x' },
    { name: 'a command after a carriage return', text: 'x\r::error::y' },
    { name: 'a command of the older syntax', text: 'x ##[error]y' },
  ])('disarms $name', ({ text }) => {
    const lines = inert(text).split('\n')
    expect(lines.filter((line) => /^\s*::/.test(line) || line.includes('##['))).toEqual([])
  })
})
