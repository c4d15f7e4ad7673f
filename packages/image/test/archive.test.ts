import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { recordingRunner, writeLayout } from '@oke-pipeline/testing'
import fc from 'fast-check'
import { pack } from 'tar-stream'
import type { Header } from 'tar-stream'
import {
  addReferrer,
  checkLayoutInput,
  openLayout,
  openLayoutInput,
  openReferrers,
  unpackArchive,
  writeArchive,
} from '../src/index.ts'
import type { Layout } from '../src/index.ts'

let folder: string
let layout: Layout
let archive: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'archive-'))
  const path = join(folder, 'layout')
  const platforms = ['linux/amd64', 'linux/arm64']
  await writeLayout({ folder: path, layers: [{ app: randomBytes(100_000) }], platforms })
  layout = await openLayout(path)
  await addReferrer(path, {
    artifactType: 'text/plain',
    subject: layout.root,
    content: { mediaType: 'text/plain', bytes: Buffer.from('remark') },
  })
  archive = join(folder, 'layout.tar')
})

afterEach(() => rm(folder, { recursive: true }))

async function digestOfFile(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
}

describe('an archive', () => {
  it('gives the layout back, with what is kept with it', async () => {
    await writeArchive(layout, archive)
    const copy = join(folder, 'copy')
    await unpackArchive(archive, copy)
    const read = await openLayout(copy, { digest: layout.digest })
    await read.verify()
    expect(await openReferrers(read)).toEqual(await openReferrers(layout))
    const names = (path: string): Promise<string[]> => readdir(path, { recursive: true })
    expect((await names(copy)).toSorted()).toEqual((await names(layout.path)).toSorted())
  })

  it('is the same whenever it is made, and leaves out what does not belong to the image', async () => {
    await writeArchive(layout, archive)
    const first = await digestOfFile(archive)
    await utimes(join(layout.path, 'index.json'), 0, 0)
    await writeFile(join(layout.path, 'blobs/sha256', '0'.repeat(64)), 'stray')
    await writeFile(join(layout.path, 'ingest'), 'stray')
    await writeArchive(layout, archive)
    expect(await digestOfFile(archive)).toBe(first)
    expect(await readdir(folder)).toEqual(['layout', 'layout.tar'])
  })

  it('leaves nothing behind when a blob is missing', async () => {
    await rm(layout.blobPath(layout.images[0]?.manifest.layers[0]?.digest ?? layout.digest))
    await expect(writeArchive(layout, archive)).rejects.toThrow('ENOENT')
    expect(await readdir(folder)).toEqual(['layout'])
  })

  it('leaves nothing behind when the job is cancelled', async () => {
    await expect(writeArchive(layout, archive, AbortSignal.abort())).rejects.toThrow('abort')
    await writeLayout({ folder: layout.path, layers: [{ app: randomBytes(8_000_000) }] })
    layout = await openLayout(layout.path)
    await rm(join(layout.path, 'referrers.json'))
    const cancellation = new AbortController()
    const writing = writeArchive(layout, archive, cancellation.signal)
    const isUnderWay = async (): Promise<boolean> => (await readdir(folder)).length > 1
    while (!(await isUnderWay())) await nextTurn()
    cancellation.abort()
    await expect(writing).rejects.toMatchObject({ name: 'AbortError' })
    expect(await readdir(folder)).toEqual(['layout'])
  })

  it('is refused when any byte of a blob was changed', async () => {
    await writeArchive(layout, archive)
    const { size } = await stat(archive)
    const bytes = await readFile(archive)
    bytes[size / 2] = (bytes[size / 2] ?? 0) ^ 1
    await writeFile(archive, bytes)
    await expect(unpackArchive(archive, join(folder, 'copy'))).rejects.toMatchObject({
      name: 'GateError',
    })
  })

  it.each([
    { name: 'is cut off', size: 100_000 },
    { name: 'is empty', size: 0 },
  ])('is refused when it $name', async ({ size }) => {
    await writeArchive(layout, archive)
    await truncate(archive, size)
    const copy = join(folder, 'copy')
    const opened = unpackArchive(archive, copy).then(() => openLayout(copy))
    await expect(opened).rejects.toMatchObject({ name: 'ConfigurationError' })
  })

  it('is refused when it is no tar', async () => {
    await writeFile(archive, randomBytes(4096))
    await expect(unpackArchive(archive, join(folder, 'copy'))).rejects.toThrow('cannot be read as')
  })
})

/** Writes a tar with one entry, as somebody with bad intentions would. */
async function hostile(header: Partial<Header> & { name: string }, content = ''): Promise<string> {
  const tar = pack()
  tar.entry(header, content)
  tar.finalize()
  const chunks: Uint8Array[] = []
  for await (const chunk of tar) if (chunk instanceof Uint8Array) chunks.push(chunk)
  await writeFile(archive, Buffer.concat(chunks))
  return archive
}

describe('a hostile archive', () => {
  const blob = `blobs/sha256/${'a'.repeat(64)}`

  it.each([
    { name: '../escaped' },
    { name: '/tmp/escaped' },
    { name: 'blobs/sha256/../../../escaped' },
    { name: `blobs/sha256/../sha256/${'a'.repeat(64)}` },
    { name: 'blobs\\sha256\\..\\escaped' },
    { name: 'index.json/../../escaped' },
    { name: './../escaped' },
    { name: 'run.sh' },
    { name: blob, type: 'symlink', linkname: '/etc/passwd' },
    { name: 'index.json', type: 'symlink', linkname: '/etc/passwd' },
    { name: blob, type: 'link', linkname: '../../../etc/passwd' },
    { name: 'blobs', type: 'symlink', linkname: '/tmp' },
    { name: 'index.json', type: 'fifo' },
    { name: 'index.json', type: 'character-device' },
    { name: '../directory/', type: 'directory' },
  ] as const)('cannot have $name ($type)', async (header) => {
    const copy = join(folder, 'a', 'copy')
    await expect(unpackArchive(await hostile(header), copy)).rejects.toMatchObject({
      name: 'ConfigurationError',
    })
    expect(
      (await readdir(folder, { recursive: true })).filter((name) => name.includes('escaped')),
    ).toEqual([])
    expect((await readdir(copy, { recursive: true })).toSorted()).toEqual(['blobs', 'blobs/sha256'])
  })

  it('cannot claim to be larger than it is', async () => {
    await hostile({ name: blob, size: 0 })
    const bytes = await readFile(archive)
    bytes.write('77777777777\0', 124)
    bytes.write(' '.repeat(8), 148)
    const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0)
    bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    await writeFile(archive, bytes)
    await expect(unpackArchive(archive, join(folder, 'copy'))).rejects.toThrow(
      'claims to have 8589934591 bytes',
    )
  })

  it('cannot have a document that fills the memory', async () => {
    const content = ' '.repeat(5 * 1024 * 1024)
    await hostile({ name: 'index.json' }, content)
    await expect(unpackArchive(archive, join(folder, 'copy'))).rejects.toThrow('claims to have')
  })

  it('cannot have a file twice', async () => {
    await hostile({ name: 'index.json' }, '{}')
    const once = (await readFile(archive)).subarray(0, 1024)
    await writeFile(archive, Buffer.concat([once, once, Buffer.alloc(1024)]))
    await expect(unpackArchive(archive, join(folder, 'copy'))).rejects.toThrow('twice')
  })

  it('never leads to a file outside of its folder, whatever the name', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.constantFrom('..', '.', 'blobs', 'sha256', '/', 'index.json', 'x', 'a'.repeat(64)),
          {
            minLength: 1,
          },
        ),
        async (parts) => {
          const copy = await mkdtemp(join(folder, 'copy-'))
          await hostile({ name: parts.join('/') }, 'x')
          await unpackArchive(archive, copy).catch(() => undefined)
          const written = (await readdir(folder, { recursive: true, withFileTypes: true }))
            .filter((file) => file.isFile() && !file.parentPath.startsWith(layout.path))
            .map((file) => join(file.parentPath, file.name))
            .filter((path) => path !== archive && !path.startsWith(`${copy}/`))
          expect(written).toEqual([])
          await rm(copy, { recursive: true })
        },
      ),
      { numRuns: 30 },
    )
  }, 60_000)
})

describe('openLayoutInput', () => {
  it('takes a folder or a tar', async () => {
    const { files, signal } = recordingRunner({ folder })
    const temp = join(folder, 'temp')
    await files.makeFolder(temp)
    await writeArchive(layout, join(temp, 'image.tar'))
    expect(await checkLayoutInput(join(temp, 'image.tar'), files)).toBeUndefined()
    const opened = await openLayoutInput(join(temp, 'image.tar'), {}, { files, signal })
    await opened.verify()
    expect(opened.digest).toBe(layout.digest)
    expect(opened.path.startsWith(join(temp, 'own'))).toBe(true)
    const again = await openLayoutInput(opened.path, { digest: layout.digest }, { files, signal })
    expect(again.path).toBe(opened.path)
  })

  it('says what is wrong with a file that is no tar', async () => {
    const { files } = recordingRunner({ folder })
    await files.writeText(join(folder, 'temp', 'image.tar.gz'), 'compressed')
    const problem = await checkLayoutInput(join(folder, 'temp', 'image.tar.gz'), files)
    expect(problem?.problem).toContain('is it compressed?')
  })
})
