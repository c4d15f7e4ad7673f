import { createHash } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runCommand } from './command.ts'

/** An image of one layer. */
export interface TinyImage {
  /** Full name with a tag. */
  readonly name: string
  /** Executables to copy: path in the image to path on this machine. */
  readonly files: Readonly<Record<string, string>>
  readonly command: readonly string[]
}

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

const deterministic = [
  '--sort=name',
  '--mtime=@0',
  '--owner=0',
  '--group=0',
  '--numeric-owner',
  '--format=ustar',
]

/** Makes an OCI image layout folder of an image, and gives the digest of its manifest. */
export async function writeImageLayout(directory: string, image: TinyImage): Promise<string> {
  await mkdir(join(directory, 'blobs/sha256'), { recursive: true })
  const layerContent = await layerOf(image.files)
  const layer = await writeBlob(directory, 'application/vnd.oci.image.layer.v1.tar', layerContent)
  const config = await writeJson(directory, 'application/vnd.oci.image.config.v1+json', {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Cmd: image.command, Env: ['PATH=/bin'] },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  })
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  const manifest = await writeJson(directory, mediaType, {
    schemaVersion: 2,
    mediaType,
    config,
    layers: [layer],
  })
  const tag = image.name.slice(image.name.lastIndexOf(':') + 1)
  const annotations = {
    'io.containerd.image.name': image.name,
    'org.opencontainers.image.ref.name': tag,
  }
  await writeFile(join(directory, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  await writeFile(
    join(directory, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifest, annotations }] }),
  )
  return manifest.digest
}

/** Makes an archive of an image that containerd can import. */
export async function writeImageArchive(file: string, image: TinyImage): Promise<void> {
  await withTemporaryFolder(async (directory) => {
    await writeImageLayout(directory, image)
    await runCommand('tar', [
      ...deterministic,
      '--create',
      '--file',
      file,
      '--directory',
      directory,
      '.',
    ])
  })
}

async function layerOf(files: TinyImage['files']): Promise<Buffer> {
  return withTemporaryFolder(async (directory) => {
    const root = join(directory, 'root')
    await mkdir(root)
    for (const [path, source] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true })
      await copyFile(source, join(root, path))
    }
    const archive = join(directory, 'layer.tar')
    await runCommand('tar', [
      ...deterministic,
      '--create',
      '--file',
      archive,
      '--directory',
      root,
      '.',
    ])
    return readFile(archive)
  })
}

async function writeJson(
  directory: string,
  mediaType: string,
  value: unknown,
): Promise<Descriptor> {
  return writeBlob(directory, mediaType, Buffer.from(JSON.stringify(value)))
}

async function writeBlob(
  directory: string,
  mediaType: string,
  content: Buffer,
): Promise<Descriptor> {
  const hash = createHash('sha256').update(content).digest('hex')
  const file = join(directory, 'blobs/sha256', hash)
  await writeFile(file, content)
  return { mediaType, digest: `sha256:${hash}`, size: (await stat(file)).size }
}

async function withTemporaryFolder<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'oke-image-'))
  try {
    return await work(directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
