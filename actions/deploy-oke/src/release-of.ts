import { defaultReleaseName } from '@oke-pipeline/delivery'
import type { CompleteInputs } from './declaration.ts'

/** The name of the release: the one given, else that of the image. */
export function releaseOf({ release, image }: Pick<CompleteInputs, 'release' | 'image'>): string {
  return release ?? defaultReleaseName(image.repository)
}
