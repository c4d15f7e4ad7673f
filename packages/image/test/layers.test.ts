import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { GateError } from '@oke-pipeline/core'
import { defaultLayerLimits, openImageFiles, readLayerEntries } from '../src/index.ts'
import type { ImageFiles, LayerEntry, LayerLimits } from '../src/index.ts'
import { archiveOf, imageOf, packings } from './layer-archives.ts'
import type { Made } from './layer-archives.ts'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'layers-'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

async function filesOf(...layers: readonly (readonly Made[])[]): Promise<ImageFiles> {
  const blobs = await Promise.all(layers.map(async (entries) => gzipSync(await archiveOf(entries))))
  const { layout, image } = await imageOf(folder, blobs)
  return openImageFiles(layout, image)
}

function pathsOf(files: ImageFiles): readonly string[] {
  return [...files.all()].map(({ path }) => path).sort()
}

async function textOf(files: ImageFiles, path: string): Promise<string | undefined> {
  const bytes = (await files.read([path], { limitBytes: 1000 })).get(path)
  return bytes === undefined ? undefined : Buffer.from(bytes).toString()
}

async function entriesOf(
  blob: Uint8Array,
  limits: Partial<LayerLimits> = {},
): Promise<readonly LayerEntry[]> {
  const { layout, image } = await imageOf(folder, [blob])
  const reading = readLayerEntries(layout, image, { limits: { ...defaultLayerLimits, ...limits } })
  return collected(reading)
}

describe('readLayerEntries', () => {
  it.each(Object.entries(packings))('reads a layer packed as %s', async (_name, packed) => {
    const archive = await archiveOf([
      { name: './etc/', type: 'directory', mode: 0o755 },
      { name: './etc/motd', mode: 0o4755, uid: 3, gid: 4, content: 'hello' },
      { name: './etc/link', type: 'symlink', linkname: '../motd' },
      { name: './etc/.wh.gone' },
      { name: './var/.wh..wh..opq' },
    ])
    const { layout, image } = await imageOf(folder, [packed(archive)])
    const seen: unknown[] = []
    for await (const entry of readLayerEntries(layout, image)) {
      const { kind, path, mode, uid, gid, linkTarget } = entry
      const content = Buffer.concat(await collected(entry.content())).toString()
      seen.push({ kind, path, mode: mode.toString(8), uid, gid, linkTarget, content })
    }
    expect(seen).toMatchObject([
      { kind: 'folder', path: 'etc', mode: '755' },
      { kind: 'file', path: 'etc/motd', mode: '4755', uid: 3, gid: 4, content: 'hello' },
      { kind: 'symlink', path: 'etc/link', linkTarget: '../motd' },
      { kind: 'whiteout', path: 'etc/gone' },
      { kind: 'opaque', path: 'var' },
    ])
  })

  it('goes on after content that was read in part only, or not at all', async () => {
    const big = Buffer.alloc(3_000_000, 'x')
    const archive = await archiveOf([
      { name: 'a', content: big },
      { name: 'b', content: big },
      { name: 'c', content: 'end' },
    ])
    const { layout, image } = await imageOf(folder, [gzipSync(archive)])
    const seen: string[] = []
    for await (const entry of readLayerEntries(layout, image)) {
      seen.push(entry.path)
      if (entry.path !== 'a') continue
      for await (const chunk of entry.content()) {
        expect(chunk.byteLength).toBeGreaterThan(0)
        break
      }
    }
    expect(seen).toEqual(['a', 'b', 'c'])
  })

  it('stops when it is left, and when it is aborted', async () => {
    const entries = Array.from({ length: 50 }, (_, n) => ({ name: `${n}`, content: big }))
    const { layout, image } = await imageOf(folder, [await archiveOf(entries)])
    for await (const entry of readLayerEntries(layout, image)) {
      expect(entry.path).toBe('0')
      break
    }
    const signal = AbortSignal.abort(new Error('enough'))
    const reading = collected(readLayerEntries(layout, image, { signal }))
    await expect(reading).rejects.toThrow('enough')
  })

  const big = Buffer.alloc(500_000, 'x')

  it('holds little of a large layer at a time', async () => {
    const chunk = Buffer.alloc(8 * 1024 * 1024)
    const archive = await archiveOf(
      [1, 2, 3, 4, 5, 6, 7, 8].map((n) => ({ name: `${n}`, content: chunk })),
    )
    const { layout, image } = await imageOf(folder, [gzipSync(archive)])
    const sizes: number[] = []
    for await (const entry of readLayerEntries(layout, image)) {
      for await (const part of entry.content()) sizes.push(part.byteLength)
    }
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(8 * chunk.byteLength)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(256 * 1024)
  })

  const hostile: readonly {
    readonly name: string
    readonly blob: () => Promise<Uint8Array> | Uint8Array
    readonly limits?: Partial<LayerLimits>
    readonly says: RegExp
  }[] = [
    {
      name: 'a path that leads out',
      blob: () => archiveOf([{ name: 'a/../../etc/passwd' }]),
      says: /named "a\/\.\.\/\.\.\/etc\/passwd": it leads out of the image/,
    },
    {
      name: 'a path that is too long',
      blob: () => archiveOf([{ name: 'x/'.repeat(3000) }]),
      says: /longer than 4096 bytes/,
    },
    {
      name: 'a bomb',
      blob: async () => gzipSync(await archiveOf([{ name: 'zeros', content: Buffer.alloc(5e6) }])),
      limits: { unpackedBytes: 1e6 },
      says: /unpack to more than 1000000 bytes/,
    },
    {
      name: 'too many entries',
      blob: () => archiveOf([{ name: 'a' }, { name: 'b' }, { name: 'c' }]),
      limits: { entries: 2 },
      says: /more than 2 entries/,
    },
    {
      name: 'a huge header',
      blob: () => hugeHeader(),
      says: /Header exceeds max size/,
    },
    {
      name: 'an archive that ends early',
      blob: async () =>
        (await archiveOf([{ name: 'a', content: 'x'.repeat(5000) }])).subarray(0, 2000),
      says: /no archive that can be unpacked/,
    },
    {
      name: 'a compressed layer that ends early',
      blob: async () =>
        gzipSync(await archiveOf([{ name: 'a', content: 'x'.repeat(50_000) }])).subarray(0, 100),
      says: /no archive that can be unpacked/,
    },
    { name: 'no archive', blob: () => Buffer.alloc(4096, 'no'), says: /no archive/ },
  ]

  it.each(hostile)('refuses $name', async ({ blob, limits = {}, says }) => {
    const reading = entriesOf(await blob(), limits)
    await expect(reading).rejects.toThrow(GateError)
    await expect(reading).rejects.toThrow(says)
  })

  it('names a layer that is missing', async () => {
    const { layout, image } = await imageOf(folder, [Buffer.from('x')])
    await rm(join(folder, 'blobs'), { recursive: true })
    await expect(collected(readLayerEntries(layout, image))).rejects.toThrow(/is missing/)
  })
})

/** A PAX header that says it is 5 MB long. */
async function hugeHeader(): Promise<Uint8Array> {
  const archive = await archiveOf([{ name: 'a', content: Buffer.alloc(5 * 1024 * 1024) }])
  archive.write('x', 156)
  archive.write(' '.repeat(8), 148)
  const sum = archive.subarray(0, 512).reduce((total, byte) => total + byte, 0)
  archive.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return archive
}

describe('openImageFiles', () => {
  it('has the final version of each file, and the layer that it is from', async () => {
    const files = await filesOf(
      [
        { name: 'app', mode: 0o644, content: 'old' },
        { name: 'etc/conf', content: 'a=1' },
      ],
      [{ name: 'app', mode: 0o755, uid: 7, content: 'new!' }],
    )
    expect(files.find('/app')).toMatchObject({
      path: '/app',
      mode: 0o755,
      uid: 7,
      sizeBytes: 4,
      layer: 1,
    })
    expect(await textOf(files, '/app')).toBe('new!')
    expect(files.find('etc')).toMatchObject({ path: '/etc', kind: 'folder' })
    const contents = await files.read(['/app', '/etc/conf', '/none'], { limitBytes: 2 })
    expect([...contents].map(([path, bytes]) => [path, Buffer.from(bytes).toString()])).toEqual([
      ['/etc/conf', 'a='],
      ['/app', 'ne'],
    ])
  })

  it('respects whiteouts, also those that come after what the same layer puts there', async () => {
    const lower = [
      { name: 'a/1' },
      { name: 'a/2' },
      { name: 'b/1' },
      { name: 'b/c/d' },
      { name: 'e' },
    ]
    const files = await filesOf(lower, [
      { name: 'b/new' },
      { name: 'b/.wh..wh..opq' },
      { name: 'a/.wh.1' },
      { name: '.wh.e' },
    ])
    expect(pathsOf(files)).toEqual(['/a', '/a/2', '/b', '/b/new'])
  })

  it('takes a folder away with a whiteout, and lets a later layer make it anew', async () => {
    const files = await filesOf([{ name: 'a/1' }], [{ name: '.wh.a' }], [{ name: 'a/2' }])
    expect(pathsOf(files)).toEqual(['/a', '/a/2'])
  })

  it('puts a file in the place of a folder, and a folder in that of a file', async () => {
    const files = await filesOf(
      [{ name: 'a/1' }, { name: 'b' }],
      [{ name: 'a' }, { name: 'b/', type: 'directory' }, { name: 'b/2' }],
    )
    expect(pathsOf(files)).toEqual(['/a', '/b', '/b/2'])
  })

  it('follows links, and never out of the image', async () => {
    const files = await filesOf([
      { name: 'usr/lib/x', content: 'x' },
      { name: 'lib', type: 'symlink', linkname: 'usr/lib' },
      { name: 'out', type: 'symlink', linkname: '../../../usr/lib/x' },
      { name: 'abs', type: 'symlink', linkname: '/lib/x' },
      { name: 'loop', type: 'symlink', linkname: 'loop' },
      { name: 'gone', type: 'symlink', linkname: '/none' },
    ])
    expect(files.find('/lib/x')).toMatchObject({ path: '/usr/lib/x' })
    expect(files.find('/out')).toMatchObject({ path: '/usr/lib/x' })
    expect(await textOf(files, '/abs')).toBe('x')
    expect(files.find('/abs', { followLast: false })).toMatchObject({
      kind: 'symlink',
      linkTarget: '/lib/x',
    })
    expect([files.find('/loop'), files.find('/gone'), files.find('/../..')]).toMatchObject([
      undefined,
      undefined,
      { path: '/' },
    ])
  })

  it('writes through a link that a lower layer has for a folder, as runtimes do', async () => {
    const files = await filesOf(
      [
        { name: 'usr/lib/', type: 'directory' },
        { name: 'lib', type: 'symlink', linkname: 'usr/lib' },
      ],
      [{ name: 'lib/y', content: 'y' }],
    )
    expect(pathsOf(files)).toEqual(['/lib', '/usr', '/usr/lib', '/usr/lib/y'])
  })

  it('gives a hard link the content and the mode of its file', async () => {
    const files = await filesOf(
      [{ name: 'bin/tool', mode: 0o4755, content: 'tool' }],
      [{ name: 'bin/other', type: 'link', linkname: 'bin/tool' }],
    )
    expect(files.find('/bin/other')).toMatchObject({ kind: 'file', mode: 0o4755, layer: 0 })
    expect(await textOf(files, '/bin/other')).toBe('tool')
  })

  it('refuses a hard link to what is not there', async () => {
    const made = filesOf([{ name: 'a', type: 'link', linkname: '../../etc/shadow' }])
    await expect(made).rejects.toThrow(/"a" is a hard link to "\.\.\/\.\.\/etc\/shadow"/)
  })
})
