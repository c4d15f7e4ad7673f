import { describe, expect, it } from '@jest/globals'
import { GateError } from '@oke-pipeline/core'
import { promotableImage } from '../src/index.ts'

const digest = `sha256:${'a'.repeat(64)}`
const other = `sha256:${'c'.repeat(64)}`
const image = `iad.ocir.io/ns/hello@${digest}`
const environment = { name: 'dev', namespace: 'hello-dev' }
const verified = { image, digest, problems: [] }
const doubtful = {
  image: undefined,
  digest: undefined,
  problems: ['Deployment/hello: 1 of 2 pods are ready', `Deployment/hello runs ${other}`],
}

function failureOf(request: Parameters<typeof promotableImage>[0]): GateError {
  try {
    promotableImage(request)
  } catch (error) {
    if (error instanceof GateError) return error
    throw error
  }
  throw new Error('It was promoted.')
}

describe('promotableImage', () => {
  it('is the image that was seen', () => {
    expect(promotableImage({ environment, observed: verified })).toEqual({ image, digest })
  })

  it('is the image that was seen and is expected', () => {
    const request = { environment, observed: verified, expectedDigest: digest }
    expect(promotableImage(request).image).toBe(image)
  })

  it('refuses what is not verified, and says all that speaks against it', () => {
    const { title, explanation } = failureOf({ environment, observed: doubtful })
    expect(title).toBe('"dev" is not seen to run one image')
    expect(explanation).toBe(
      `In the namespace "hello-dev":\n  - Deployment/hello: 1 of 2 pods are ready\n  - Deployment/hello runs ${other}\n`,
    )
  })

  it('names the expected digest when it is not seen', () => {
    const request = { environment, observed: doubtful, expectedDigest: digest }
    expect(failureOf(request).title).toBe(`"dev" is not seen to run ${digest}`)
  })

  it('refuses another digest than the expected one, and names both', () => {
    const request = { environment, observed: verified, expectedDigest: other }
    expect(failureOf(request).explanation).toBe(`Expected ${other}, but every pod runs ${digest}.`)
  })
})
