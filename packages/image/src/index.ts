export { copyLayoutToRegistry } from './copy.ts'
export type { CopiedEntry, CopyResult, CopyTarget, TagOutcome, TargetTag } from './copy.ts'
export { formatPlatform } from './descriptor.ts'
export type { Descriptor, Platform } from './descriptor.ts'
export { digestOf, digestOfStream, isDigest, parseDigest, shortDigest } from './digest.ts'
export type { Digest } from './digest.ts'
export { parseImageConfig } from './image-config.ts'
export type { ImageConfig } from './image-config.ts'
export { digestKind, pinnedReferenceKind, referenceKind, repositoryKind, tagKind } from './kinds.ts'
export { openLayout } from './layout.ts'
export type { Layout, Selection } from './layout.ts'
export { imageArchive } from './layout/image-archive.ts'
export type { ArchivedImage } from './layout/image-archive.ts'
export type { LayoutEntry, LayoutImage } from './layout/read-tree.ts'
export { parseManifest } from './manifest.ts'
export type { ImageIndex, ImageManifest, Manifest } from './manifest.ts'
export {
  formatReference,
  isPinned,
  parseReference,
  repositoryName,
  withDigest,
} from './reference.ts'
export type { ImageReference, PinnedReference } from './reference.ts'
export type { Credentials, RegistryPorts } from './registry/ports.ts'
export type { Opening, Repository, StoredManifest } from './registry/repository.ts'
export { fetchManifest, resolveDigest } from './resolve.ts'
export { checkLayoutInput } from './layout/layout-input.ts'
export { addReferrer, readReferrers, referrersFile } from './layout/referrers.ts'
export type { Artifact } from './layout/referrers.ts'
