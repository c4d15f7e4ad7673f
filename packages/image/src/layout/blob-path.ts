import { join } from 'node:path'
import { hexOf } from '../digest.ts'
import type { Digest } from '../digest.ts'

/** Where a layout keeps the blob of a digest. */
export function blobPath(layout: string, digest: Digest): string {
  return join(layout, 'blobs', 'sha256', hexOf(digest))
}
