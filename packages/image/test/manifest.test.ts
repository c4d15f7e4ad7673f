import { describe, expect, it } from '@jest/globals'
import { parseImageConfig, parseManifest } from '../src/index.ts'

const manifestType = 'application/vnd.oci.image.manifest.v1+json'
const indexType = 'application/vnd.oci.image.index.v1+json'
const config = {
  mediaType: 'application/vnd.oci.image.config.v1+json',
  digest: `sha256:${'a'.repeat(64)}`,
  size: 2,
}

function bytesOf(document: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(document))
}

describe('parseManifest', () => {
  it('reads an image, with the layers that Go writes for none', () => {
    const bytes = bytesOf({ schemaVersion: 2, config, layers: null })
    expect(parseManifest(bytes, manifestType)).toEqual({ kind: 'manifest', config, layers: [] })
  })

  it('reads an index', () => {
    const manifests = [{ ...config, mediaType: manifestType }]
    const bytes = bytesOf({ schemaVersion: 2, mediaType: indexType, manifests })
    expect(parseManifest(bytes, indexType)).toEqual({ kind: 'index', manifests })
    expect(parseManifest(bytesOf({ schemaVersion: 2 }), indexType)).toEqual({
      kind: 'index',
      manifests: [],
    })
  })

  it.each([
    { name: 'no JSON', bytes: Buffer.from('{'), type: manifestType, because: 'JSON' },
    { name: 'no text', bytes: Buffer.from([0xff, 0xfe]), type: manifestType, because: 'valid' },
    { name: 'no object', bytes: bytesOf('text'), type: manifestType, because: 'the document' },
    {
      name: 'the old schema',
      bytes: bytesOf({ schemaVersion: 1 }),
      type: manifestType,
      because: 'schemaVersion',
    },
    {
      name: 'an image without configuration',
      bytes: bytesOf({ schemaVersion: 2, layers: [] }),
      type: manifestType,
      because: 'it has no "config"',
    },
    {
      name: 'another type than its descriptor says',
      bytes: bytesOf({ schemaVersion: 2, mediaType: indexType, manifests: [] }),
      type: manifestType,
      because: `it is of type ${indexType}`,
    },
    {
      name: 'an image that is an index too',
      bytes: bytesOf({ schemaVersion: 2, config, layers: [], manifests: [] }),
      type: manifestType,
      because: 'manifests of an index',
    },
    {
      name: 'an index that is an image too',
      bytes: bytesOf({ schemaVersion: 2, manifests: [], layers: [] }),
      type: indexType,
      because: 'layers of an image',
    },
    {
      name: 'something else',
      bytes: bytesOf({ schemaVersion: 2 }),
      type: 'application/json',
      because: 'neither an image manifest nor an image index',
    },
    {
      name: 'a size that is none',
      bytes: bytesOf({ schemaVersion: 2, config: { ...config, size: -1 } }),
      type: manifestType,
      because: 'config.size',
    },
  ])('rejects $name', ({ bytes, type, because }) => {
    expect(() => parseManifest(bytes, type)).toThrow(because)
  })
})

describe('parseImageConfig', () => {
  it('reads what builders leave out as nothing', () => {
    expect(parseImageConfig(bytesOf({ os: 'linux', architecture: 'arm64', config: null }))).toEqual(
      {
        platform: { os: 'linux', architecture: 'arm64', variant: undefined },
        entrypoint: [],
        command: [],
        environment: [],
        user: '',
        workingDirectory: '',
        exposedPorts: [],
        labels: {},
        diffIds: [],
        history: [],
      },
    )
  })

  it('rejects a configuration without a platform', () => {
    expect(() => parseImageConfig(bytesOf({ config: {} }))).toThrow('os')
  })
})
