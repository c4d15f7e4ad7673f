import type { Contribution, GroupContext, GroupDefinition } from '../group.ts'
import { cachedDirectory } from '../provision/cache.ts'
import { busyboxImage } from './base-images-busybox.ts'
import { type LayoutImage, recipeHash, writeLayout } from './base-images-layout.ts'
import { nodeImage } from './base-images-node.ts'

/** Images that stand in for Docker Hub's, made on this machine. */
export interface BaseImagesDetails {
  /** By the name that a Dockerfile uses, such as "node:24-bookworm-slim": digest of the manifest. */
  readonly digests: Readonly<Record<string, string>>
}

/** What an image is made of and how; the recipe is data, so that its hash can name the result in the cache. */
export interface BaseImage {
  /** The name that a Dockerfile uses. */
  readonly name: string
  readonly recipe: unknown
  readonly usuallySeconds: number
  /** Makes the layers in a folder of their own. */
  make(directory: string, signal: AbortSignal): Promise<LayoutImage>
}

/** Node and busybox images in the lab's registry, where builders look for docker.io's. */
export const group: GroupDefinition<'base-images'> = {
  name: 'base-images',
  requires: ['registry'],
  systemPackages: [
    { package: 'mmdebstrap', file: 'mmdebstrap' },
    { package: 'debian-archive-keyring', file: '/usr/share/keyrings/debian-archive-keyring.gpg' },
    { package: 'busybox-static', file: 'busybox' },
    { package: 'skopeo', file: 'skopeo' },
  ],
  parts: [],
  start: startBaseImages,
}

async function startBaseImages(context: GroupContext): Promise<Contribution<'base-images'>> {
  const { host } = context.contribution('registry')
  const images = [await nodeImage(), await busyboxImage()]
  const digests = await Promise.all(
    images.map(async (image) => [image.name, await offer(context, image, host)] as const),
  )
  return { details: { digests: Object.fromEntries(digests) } }
}

async function offer(context: GroupContext, image: BaseImage, host: string): Promise<string> {
  const name = image.name.replaceAll(/[^a-z0-9.]/g, '-')
  const key = `image-${name}-${recipeHash(image.recipe)}`
  const layout = await cachedDirectory(context, key, async (directory) => {
    context.log(
      `Making the base image ${image.name}, which usually takes ${image.usuallySeconds} s.`,
    )
    await writeLayout(directory, async (work) => image.make(work, context.signal))
  })
  const target = `docker://${host}/library/${image.name}`
  // Whoever puts something into the layout gets the very bytes into the registry, or an error.
  const copy = [
    'copy',
    '--quiet',
    '--preserve-digests',
    '--dest-tls-verify=false',
    `oci:${layout}`,
    target,
  ]
  await context.run('skopeo', copy)
  const inspected = await context.run('skopeo', [
    'inspect',
    '--tls-verify=false',
    '--format',
    '{{.Digest}}',
    target,
  ])
  return inspected.trim()
}
