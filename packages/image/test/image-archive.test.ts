import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { writeLayout } from '@oke-pipeline/testing'
import { extract } from 'tar-stream'
import { imageArchive, openLayout } from '@oke-pipeline/image'

const here = import.meta.dirname
const source = pathToFileURL(join(here, '../src/layout/image-archive.ts')).href

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'image-archive-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

async function contentsOf(archive: AsyncIterable<Uint8Array>): Promise<Map<string, Buffer>> {
  const contents = new Map<string, Buffer>()
  const reading = Readable.from(archive).pipe(extract())
  for await (const entry of reading) {
    const chunks: Buffer[] = []
    for await (const chunk of entry) chunks.push(chunk as Buffer)
    contents.set(entry.header.name, Buffer.concat(chunks))
  }
  return contents
}

describe('imageArchive', () => {
  it('has the bytes of one image of an index, for readers of both formats', async () => {
    await writeLayout({
      folder,
      layers: [{ a: 'a' }, { b: 'b' }, { a: 'a' }],
      platforms: ['linux/amd64', 'linux/arm64'],
    })
    const layout = await openLayout(folder)
    const image = layout.images[1]
    if (image === undefined) throw new Error('There is no second image')
    const contents = await contentsOf(imageArchive({ layout, image }, 'app:latest'))
    const blobs = [image.descriptor, image.manifest.config, ...image.manifest.layers]
    const names = [...new Set(blobs.map(({ digest }) => `blobs/${digest.replace(':', '/')}`))]
    expect([...contents.keys()]).toEqual(['oci-layout', 'index.json', 'manifest.json', ...names])
    for (const { digest } of blobs) {
      const found = contents.get(`blobs/${digest.replace(':', '/')}`)
      expect(found?.equals(await readFile(layout.blobPath(digest)))).toBe(true)
    }
    const parse = (name: string): unknown => JSON.parse(contents.get(name)?.toString() ?? '')
    expect(parse('index.json')).toMatchObject({
      manifests: [
        {
          digest: image.descriptor.digest,
          annotations: { 'io.containerd.image.name': 'app:latest' },
        },
      ],
    })
    const path = ({ digest }: { digest: string }): string => `blobs/${digest.replace(':', '/')}`
    expect(parse('manifest.json')).toEqual([
      {
        Config: path(image.manifest.config),
        RepoTags: ['app:latest'],
        Layers: image.manifest.layers.map(path),
      },
    ])
  })

  // In a process of its own: streams of Node.js fail across the realm that jest runs tests in.
  it('fails when a blob is missing', async () => {
    const blob = { mediaType: 'x', digest: `sha256:${'0'.repeat(64)}`, size: 1 }
    const image = { descriptor: blob, manifest: { config: blob, layers: [] } }
    const code = `
      import { imageArchive } from ${JSON.stringify(source)}
      const layout = { blobPath: () => ${JSON.stringify(join(folder, 'missing'))} }
      try {
        for await (const chunk of imageArchive({ layout, image: ${JSON.stringify(image)} }, 'a:b'));
      } catch (error) {
        console.log(error.code)
      }`
    const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code]
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: here })
    expect(stdout).toBe('ENOENT\n')
  })
})
