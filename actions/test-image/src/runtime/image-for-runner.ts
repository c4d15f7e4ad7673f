import { ConfigurationError } from '@oke-pipeline/core'
import type { Layout, LayoutImage } from '@oke-pipeline/image'

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }

/**
 * The image of a layout that this runner can run.
 * @throws {@link ConfigurationError} when there is none for its platform.
 */
export function imageForRunner(layout: Layout, nodeArchitecture: string): LayoutImage {
  const architecture = architectures[nodeArchitecture] ?? nodeArchitecture
  const found = layout.images.find(
    ({ config }) => config.platform.os === 'linux' && config.platform.architecture === architecture,
  )
  if (found !== undefined) return found
  throw new ConfigurationError({
    title: `Layout "${layout.path}" has no image for this runner`,
    explanation: `The runner is linux/${architecture}, and the layout has ${layout.platforms.join(', ') || 'no image'}.`,
    remedy: 'Test it on a runner of its platform, or build it for this one too.',
  })
}
