import { describe, expect, it } from '@jest/globals'
import { pullFailure } from '../src/diagnosis/pull-failure.ts'

const image = `r.example/app@sha256:${'a'.repeat(64)}`
const wrapped = (cause: string): string =>
  `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${cause}`

describe('pullFailure', () => {
  it.each([
    { said: wrapped(`${image}: not found`), means: /no such image/ },
    {
      said: wrapped('unexpected status from HEAD request: 403 Forbidden'),
      means: /does not let the node/,
    },
    { said: wrapped('pull access denied'), means: /imagePullSecrets/ },
    {
      said: wrapped('tls: failed to verify certificate: x509: unknown authority'),
      means: /certificate/,
    },
    { said: wrapped('no match for platform in manifest'), means: /platform of the node/ },
    { said: wrapped('dial tcp: lookup r.example: no such host'), means: /cannot be resolved/ },
    { said: wrapped('dial tcp 10.0.0.1:443: connect: connection refused'), means: /cannot reach/ },
    { said: wrapped('429 Too Many Requests'), means: /limits how often/ },
  ])('says what "$said" means', ({ said, means }) => {
    expect(pullFailure(said)).toMatch(means)
  })

  it('gives what it does not know as it is, without the names', () => {
    expect(pullFailure(wrapped('the disk is on fire'))).toBe(
      'failed to pull and unpack image the image: failed to resolve reference the image: the disk is on fire',
    )
  })
})
