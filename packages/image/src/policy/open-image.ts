import { formatPlatform } from '../descriptor.ts'
import { layerEntries, originsOf } from '../dockerfile/explain-layers.ts'
import { openImageFiles } from '../layers/image-files.ts'
import type { LayoutImage } from '../layout/read-tree.ts'
import { findSecretsIn } from '../secrets/find-secrets.ts'
import type { ImagePolicy } from './schema.ts'
import type { FileSecret, ImageContent, OpenedImage, PolicySubject } from './subject.ts'

/** Opens the image for one platform as far as the rules of a policy need it. */
export async function openImage(
  policy: ImagePolicy,
  subject: PolicySubject,
  image: LayoutImage,
  signal: AbortSignal,
): Promise<OpenedImage> {
  const { history } = image.config
  const platform = formatPlatform(image.config.platform)
  const question = { ...subject.question, platform }
  return {
    image,
    platform,
    origins: originsOf(history, subject.dockerfile?.content, question),
    layerEntries: layerEntries(history),
    content: needsContent(policy, image)
      ? await readContent(policy, subject, { image, signal })
      : undefined,
  }
}

function needsContent(policy: ImagePolicy, { config }: LayoutImage): boolean {
  const isNamedUser = !/^\d*(?::|$)/.test(config.user)
  const needsUsers = policy['non-root'] !== undefined && isNamedUser
  return needsUsers || policy['no-setuid'] !== undefined || policy['no-secrets'] !== undefined
}

async function readContent(
  policy: ImagePolicy,
  { layout }: PolicySubject,
  { image, signal }: { readonly image: LayoutImage; readonly signal: AbortSignal },
): Promise<ImageContent> {
  const secrets: FileSecret[] = []
  const looksForSecrets = policy['no-secrets'] !== undefined
  const files = await openImageFiles(layout, image, { signal }, async (entry) => {
    if (!looksForSecrets || entry.kind !== 'file') return
    const found = await findSecretsIn(entry.content())
    const { layer, path } = entry
    secrets.push(...found.map((secret) => ({ ...secret, layer, path: `/${path}` })))
  })
  return { files, secrets }
}
