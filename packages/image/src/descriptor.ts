import * as v from 'valibot'
import { isDigest } from './digest.ts'
import type { Digest } from './digest.ts'

const platformSchema = v.object({
  os: v.string(),
  architecture: v.string(),
  variant: v.optional(v.string()),
})

/** What an image runs on, such as linux/amd64. */
export type Platform = v.InferOutput<typeof platformSchema>

/** What points to content: its type, digest and size (OCI image specification v1.1, "Descriptor"). */
export const descriptorSchema = v.object({
  mediaType: v.string(),
  digest: v.custom<Digest>(
    (value) => typeof value === 'string' && isDigest(value),
    'expected a sha256 digest',
  ),
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  artifactType: v.optional(v.string()),
  annotations: v.nullish(v.record(v.string(), v.string())),
  platform: v.nullish(platformSchema),
})

/** What points to content: its type, digest and size in bytes. */
export type Descriptor = v.InferOutput<typeof descriptorSchema>

/** A platform as users write it: `linux/arm64/v8`. */
export function formatPlatform({ os, architecture, variant }: Platform): string {
  const base = `${os}/${architecture}`
  return variant === undefined || variant === '' ? base : `${base}/${variant}`
}
