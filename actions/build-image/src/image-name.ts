import { repositoryName } from '@oke-pipeline/image'
import type { BuildPorts } from './build-request.ts'
import type { Inputs } from './declaration.ts'

/** What the image is called where it needs a name: for people; the digest is what counts. */
export function imageNameOf({ image }: Inputs, { run }: Pick<BuildPorts, 'run'>): string {
  return image === undefined ? (run.repository ?? 'image') : repositoryName(image)
}
