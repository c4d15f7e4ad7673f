import { appendFile, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { writeLayout } from '@oke-pipeline/testing'
import type { WrittenLayout } from '@oke-pipeline/testing'
import { openLayout, parseDigest } from '../src/index.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'layout-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

const content = {
  layers: [{ 'bin/app': 'one' }, { 'etc/app.conf': 'two' }],
  config: { Entrypoint: ['/bin/app'], User: '1000', ExposedPorts: { '8080/tcp': {} }, Cmd: null },
}

function blobFile(layout: WrittenLayout, digest: string | undefined): string {
  return join(layout.path, 'blobs', 'sha256', (digest ?? '').replace('sha256:', ''))
}

describe('openLayout', () => {
  it('reads an image', async () => {
    const written = await writeLayout({ folder, ...content })
    const layout = await openLayout(folder)
    await layout.verify()
    expect(layout.digest).toBe(written.digest)
    expect(layout.platforms).toEqual(['linux/amd64'])
    expect(layout.walk().map(({ descriptor }) => descriptor.digest)).toEqual(written.blobs)
    expect(layout.images[0]?.config).toMatchObject({
      entrypoint: ['/bin/app'],
      command: [],
      user: '1000',
      exposedPorts: ['8080/tcp'],
    })
    const sizes = await Promise.all(
      written.blobs.map(async (blob) => (await readFile(blobFile(written, blob))).byteLength),
    )
    expect(layout.sizeBytes).toBe(sizes.reduce((sum, size) => sum + size, 0))
  })

  it('reads an index of several platforms and an attestation', async () => {
    const platforms = ['linux/amd64', 'linux/arm64']
    const written = await writeLayout({ folder, ...content, platforms, hasAttestation: true })
    const layout = await openLayout(folder)
    await layout.verify()
    expect(layout.platforms).toEqual(platforms)
    expect(layout.root.mediaType).toBe('application/vnd.oci.image.index.v1+json')
    const digests = layout.walk().map(({ descriptor }) => descriptor.digest)
    expect(digests.toSorted()).toEqual(written.blobs.toSorted())
    expect(digests.at(-1)).toBe(written.digest)
  })

  it('reads Docker’s media types', async () => {
    const platforms = ['linux/amd64', 'linux/arm64']
    await writeLayout({ folder, ...content, platforms, format: 'docker' })
    const layout = await openLayout(folder)
    expect(layout.platforms).toEqual(platforms)
  })

  it('selects by digest, and refuses another image', async () => {
    const { digest } = await writeLayout({ folder, ...content })
    expect((await openLayout(folder, { digest: parseDigest(digest) })).digest).toBe(digest)
    const other = parseDigest(`sha256:${'0'.repeat(64)}`)
    const wrong = openLayout(folder, { digest: other })
    await expect(wrong).rejects.toMatchObject({ name: 'GateError' })
    await expect(wrong).rejects.toThrow(`Expected ${other}, but the layout holds ${digest}.`)
  })

  it('selects by name among several images', async () => {
    await writeLayout({ folder, ...content, layers: [] })
    const { manifests: first } = await readIndex(folder)
    await writeLayout({ folder, ...content })
    const { manifests: second } = await readIndex(folder)
    const named = [...first, ...second].map((descriptor, number) => ({
      ...descriptor,
      annotations: { 'org.opencontainers.image.ref.name': `n${number}` },
    }))
    await writeFile(join(folder, 'index.json'), JSON.stringify({ manifests: named }))
    expect((await openLayout(folder, { name: 'n1' })).digest).toBe(second[0]?.digest)
    await expect(openLayout(folder)).rejects.toThrow('lists several images')
    await expect(openLayout(folder, { name: 'n2' })).rejects.toThrow('lists no such image')
  })

  it.each([
    { name: 'is no layout', file: 'oci-layout', text: undefined, because: 'no file "oci-layout"' },
    { name: 'has no index', file: 'index.json', text: undefined, because: 'no file "index.json"' },
    { name: 'is not JSON', file: 'index.json', text: '{', because: '"index.json" is malformed' },
    {
      name: 'is of another version',
      file: 'oci-layout',
      text: '{"imageLayoutVersion":"2.0.0"}',
      because: 'imageLayoutVersion',
    },
    {
      name: 'lists nothing',
      file: 'index.json',
      text: '{"manifests":[]}',
      because: 'it lists: none',
    },
    {
      name: 'climbs out of its folder',
      file: 'index.json',
      text: '{"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:../../../../etc/passwd","size":1}]}',
      because: 'expected a sha256 digest',
    },
  ])('refuses a folder that $name', async ({ file, text, because }) => {
    await writeLayout({ folder, ...content })
    if (text === undefined) await rm(join(folder, file))
    else await writeFile(join(folder, file), text)
    const opened = openLayout(folder)
    await expect(opened).rejects.toMatchObject({ name: 'ConfigurationError' })
    await expect(opened).rejects.toThrow(because)
  })
})

async function readIndex(
  path: string,
): Promise<{ manifests: readonly { readonly digest: string }[] }> {
  const text = await readFile(join(path, 'index.json'), 'utf8')
  return JSON.parse(text) as { manifests: { digest: string }[] }
}

describe('a layout that was changed', () => {
  it.each([0, 1, 2, 3])('is refused when one byte of blob %d differs', async (number) => {
    const written = await writeLayout({ folder, ...content })
    const digest = written.blobs[number]
    const file = blobFile(written, digest)
    const bytes = await readFile(file)
    bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 1
    await writeFile(file, bytes)
    const verified = openLayout(folder).then((layout) => layout.verify())
    await expect(verified).rejects.toMatchObject({ name: 'GateError' })
    await expect(verified).rejects.toThrow(`Blob ${digest ?? ''}`)
    await expect(verified).rejects.toThrow('the layout was changed after it was built')
  })

  it.each([
    { name: 'shorter', change: (file: string) => truncate(file, 10) },
    { name: 'longer', change: (file: string) => appendFile(file, 'x') },
    { name: 'missing', change: (file: string) => rm(file) },
    {
      name: 'a link to something else',
      change: async (file: string) => {
        await rm(file)
        await symlink('/etc/hostname', file)
      },
    },
  ])('is refused when a layer is $name', async ({ change }) => {
    const written = await writeLayout({ folder, ...content })
    await change(blobFile(written, written.blobs[1]))
    const layout = await openLayout(folder)
    await expect(layout.verify()).rejects.toMatchObject({ name: 'GateError' })
  })

  it.each([0, 2, 3])('is refused when blob %d is missing', async (number) => {
    const written = await writeLayout({ folder, ...content })
    await rm(blobFile(written, written.blobs[number]))
    const verified = openLayout(folder).then((layout) => layout.verify())
    await expect(verified).rejects.toMatchObject({ name: 'GateError' })
    await expect(verified).rejects.toThrow(`Blob ${written.blobs[number] ?? ''} is missing`)
  })

  it('is refused when a manifest has become too large to be one', async () => {
    const written = await writeLayout({ folder, ...content })
    await truncate(blobFile(written, written.digest), 5 * 1024 * 1024)
    await expect(openLayout(folder)).rejects.toThrow('is too large for a manifest')
  })

  it('is refused when it has its root replaced by a whole other image', async () => {
    const { digest } = await writeLayout({ folder, ...content })
    await writeLayout({ folder, layers: [{ evil: 'yes' }] })
    await expect(openLayout(folder, { digest: parseDigest(digest) })).rejects.toThrow(digest)
  })
})
