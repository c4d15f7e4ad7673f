import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { WrittenLayout } from './oci-layout.ts'

/** What a repository holds of the image in a layout, read from the registry byte for byte. */
export interface RegistryHoldings {
  /** Digest of the bytes that the registry serves, by tag. */
  readonly tags: Readonly<Record<string, string>>
  /** Manifests that are there, though something that they refer to is not. */
  readonly broken: readonly string[]
  /** Whether everything in the layout is there as it is. */
  readonly isWhole: boolean
}

/** Looks at a repository of a registry without TLS and login, past whatever stands before it. */
export async function registryHoldings(
  repository: string,
  layout: WrittenLayout,
): Promise<RegistryHoldings> {
  const [host = '', ...path] = repository.split('/')
  const base = `http://${host}/v2/${path.join('/')}`
  const tags = await tagsOf(base)
  const parts = await Promise.all(layout.blobs.map((digest) => partOf(layout, digest)))
  const there = new Set<string>()
  await Promise.all(
    parts.map(async ({ digest, children }) => {
      const kind = children === undefined ? 'blobs' : 'manifests'
      if ((await digestAt(`${base}/${kind}/${digest}`)) === digest) there.add(digest)
    }),
  )
  return {
    tags,
    broken: parts
      .filter(({ digest, children = [] }) => there.has(digest) && !children.every(isIn(there)))
      .map(({ digest }) => digest),
    isWhole: layout.blobs.every(isIn(there)),
  }
}

function isIn(digests: ReadonlySet<string>): (digest: string) => boolean {
  return (digest) => digests.has(digest)
}

async function tagsOf(base: string): Promise<Record<string, string>> {
  const answer = await fetch(`${base}/tags/list`)
  // The registry has not heard of a repository that nothing was pushed to.
  if (answer.status === 404) return {}
  const { tags } = (await answer.json()) as { readonly tags: readonly string[] | null }
  const found = (tags ?? []).map(async (tag) => [
    tag,
    (await digestAt(`${base}/manifests/${tag}`)) ?? 'nothing',
  ])
  return Object.fromEntries(await Promise.all(found)) as Record<string, string>
}

const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
]

async function digestAt(url: string): Promise<string | undefined> {
  const answer = await fetch(url, { headers: { accept: manifestTypes.join(', ') } })
  const bytes = new Uint8Array(await answer.arrayBuffer())
  if (answer.status !== 200) return undefined
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

interface Part {
  readonly digest: string
  /** Of a manifest: what has to be there with it. */
  readonly children: readonly string[] | undefined
}

interface Manifest {
  readonly mediaType?: string
  readonly config?: { readonly digest: string }
  readonly layers?: readonly { readonly digest: string }[]
  readonly manifests?: readonly { readonly digest: string }[]
}

async function partOf({ path }: WrittenLayout, digest: string): Promise<Part> {
  const bytes = await readFile(join(path, 'blobs/sha256', digest.slice('sha256:'.length)))
  const manifest = manifestIn(bytes)
  if (manifest === undefined) return { digest, children: undefined }
  const { config, layers = [], manifests = [] } = manifest
  const children = [...(config === undefined ? [] : [config]), ...layers, ...manifests]
  return { digest, children: children.map((child) => child.digest) }
}

function manifestIn(bytes: Buffer): Manifest | undefined {
  // Configurations and statements are JSON too, and layers are not.
  if (bytes[0] !== '{'.charCodeAt(0)) return undefined
  const document = JSON.parse(bytes.toString()) as Manifest
  return manifestTypes.includes(document.mediaType ?? '') ? document : undefined
}
