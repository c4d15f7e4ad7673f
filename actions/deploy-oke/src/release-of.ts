import { defaultReleaseName } from '@oke-pipeline/delivery'
import type { Inputs } from './declaration.ts'

/** The name of the release: the one given, else that of the image. */
export function releaseOf({ release, image }: Pick<Inputs, 'release' | 'image'>): string {
  return release ?? defaultReleaseName(image.repository)
}
