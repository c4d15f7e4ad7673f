import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'

const run = promisify(execFile)

/** What an image of busybox does when it runs, and what tells it from others. */
export interface TinyImage {
  readonly repository: string
  readonly script: string
  readonly version: string
}

let layer: Promise<Buffer> | undefined

/** Makes an image of busybox with a shell script as its command, pushes it, and gives its digest. */
export async function pushTinyImage(registry: string, image: TinyImage): Promise<string> {
  const uncompressed = await (layer ??= busyboxLayer())
  const compressed = gzipSync(uncompressed)
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: {
        Cmd: ['/bin/busybox', 'sh', '-c', image.script],
        Labels: { version: image.version },
      },
      rootfs: { type: 'layers', diff_ids: [digestOf(uncompressed)] },
    }),
  )
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: descriptor('application/vnd.oci.image.config.v1+json', config),
      layers: [descriptor('application/vnd.oci.image.layer.v1.tar+gzip', compressed)],
    }),
  )
  const base = `http://${registry}/v2/${image.repository}`
  await pushBlob(base, compressed)
  await pushBlob(base, config)
  const digest = digestOf(manifest)
  await expectOk(
    await fetch(`${base}/manifests/${digest}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
      body: manifest,
    }),
  )
  return digest
}

async function busyboxLayer(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'tiny-image-'))
  try {
    await mkdir(join(folder, 'root', 'bin'), { recursive: true })
    await copyFile('/bin/busybox', join(folder, 'root', 'bin', 'busybox'))
    const file = join(folder, 'layer.tar')
    await run('tar', [
      '-C',
      join(folder, 'root'),
      '--mtime=@0',
      '--owner=0',
      '--group=0',
      '-cf',
      file,
      'bin',
    ])
    return await readFile(file)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function pushBlob(base: string, blob: Buffer): Promise<void> {
  const digest = digestOf(blob)
  const head = await fetch(`${base}/blobs/${digest}`, { method: 'HEAD' })
  if (head.ok) return
  const start = await expectOk(await fetch(`${base}/blobs/uploads/`, { method: 'POST' }))
  const target = new URL(start.headers.get('location') ?? '', base)
  target.searchParams.set('digest', digest)
  await expectOk(
    await fetch(target, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream' },
      body: blob,
    }),
  )
}

async function expectOk(response: Response): Promise<Response> {
  if (response.ok) return response
  throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`)
}

function descriptor(mediaType: string, content: Buffer): Record<string, unknown> {
  return { mediaType, digest: digestOf(content), size: content.byteLength }
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}
