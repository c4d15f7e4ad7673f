import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compare } from './paired.ts'
import type { Contestant } from './paired.ts'
import { peakMemoryOf } from './peak-memory.ts'

const rounds = 5
const blobSizes = [700, 200, 50, 40, 8, 1, 1]
const megabyte = 1_000_000
const wantedRatio = 0.8
const wantedMegabytes = 150

/**
 * Verifying a layout of 1 GB as every action does it, a whole Node.js process of it, against the
 * programs of the machine that do nothing but hash the same files one after the other.
 */
export async function benchHash(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'oke-pipeline-bench-'))
  try {
    const files = await writeLargeLayout(folder)
    const program = join(import.meta.dirname, 'verify-layout.ts')
    const verify = { file: process.execPath, args: [program, folder] }
    const contestants: readonly Contestant[] = [
      { name: 'Layout.verify', ...verify },
      { name: 'sha256sum', file: 'sha256sum', args: files },
      { name: 'openssl dgst -sha256', file: 'openssl', args: ['dgst', '-sha256', ...files] },
    ]
    const scores = await compare(contestants, rounds)
    const memory = await peakMemoryOf(verify)
    console.log(`A layout of 1 GB in ${files.length} blobs; median of ${rounds} rounds in turn`)
    console.log('| | ms | rate of Layout.verify to it |\n| --- | --- | --- |')
    for (const { name, milliseconds, ratio } of scores) {
      console.log(`| ${name} | ${milliseconds.toFixed(0)} | ${(ratio * 100).toFixed(0)} % |`)
    }
    const fastest = Math.min(...scores.slice(1).map(({ ratio }) => ratio))
    console.log(
      `Rate: ${(fastest * 100).toFixed(0)} % of the fastest (wanted: ≥ ${wantedRatio * 100} %); memory at its peak: ${memory.toFixed(0)} MB (wanted: ≤ ${wantedMegabytes} MB)`,
    )
    if (fastest < wantedRatio || memory > wantedMegabytes) process.exitCode = 1
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Files of the sizes that layers have; their content does not matter to a hash. */
async function writeLargeLayout(folder: string): Promise<readonly string[]> {
  const blobs = join(folder, 'blobs', 'sha256')
  await mkdir(blobs, { recursive: true })
  const layers = []
  for (const [index, size] of blobSizes.entries()) {
    layers.push(await writeLayer(blobs, size * megabyte, index))
  }
  const config = await writeJson(blobs, 'application/vnd.oci.image.config.v1+json', {
    os: 'linux',
    architecture: 'amd64',
    rootfs: { type: 'layers', diff_ids: [] },
  })
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  const manifest = await writeJson(blobs, mediaType, {
    schemaVersion: 2,
    mediaType,
    config,
    layers,
  })
  await writeFile(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  const index = { schemaVersion: 2, manifests: [manifest] }
  await writeFile(join(folder, 'index.json'), JSON.stringify(index))
  return [...layers, config, manifest].map(({ digest }) => join(blobs, digest.slice(7)))
}

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

async function writeLayer(blobs: string, size: number, index: number): Promise<Descriptor> {
  const hash = createHash('sha256')
  const chunk = Buffer.alloc(megabyte, index + 1)
  const path = join(blobs, `layer-${index}`)
  const stream = createWriteStream(path)
  for (let written = 0; written < size; written += megabyte) {
    hash.update(chunk)
    if (!stream.write(chunk)) await once(stream, 'drain')
  }
  stream.end()
  await once(stream, 'finish')
  const digest = hash.digest('hex')
  await rename(path, join(blobs, digest))
  const mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip'
  return { mediaType, digest: `sha256:${digest}`, size }
}

async function writeJson(blobs: string, mediaType: string, value: object): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify(value))
  const digest = createHash('sha256').update(bytes).digest('hex')
  await writeFile(join(blobs, digest), bytes)
  return { mediaType, digest: `sha256:${digest}`, size: bytes.byteLength }
}
