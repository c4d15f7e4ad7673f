export { beginCopy, copyLayoutToRegistry } from './copy.ts'
export type {
  BegunCopy,
  CopyResult,
  CopyTarget,
  PlatformDigest,
  SentCopy,
  TagOutcome,
  TargetTag,
} from './copy.ts'
export type { CopiedEntry } from './copy-entries.ts'
export type { CopiedReferrer } from './copy-referrers.ts'
export { formatPlatform } from './descriptor.ts'
export type { Descriptor, Platform } from './descriptor.ts'
export { digestOf, digestOfStream, isDigest, parseDigest, shortDigest } from './digest.ts'
export type { Digest } from './digest.ts'
export { findReferrers } from './find-referrers.ts'
export { parseImageConfig } from './image-config.ts'
export type { HistoryEntry, ImageConfig } from './image-config.ts'
export {
  digestKind,
  pinnedReferenceKind,
  referenceKind,
  repositoryKind,
  repositoryNameKind,
  tagKind,
} from './kinds.ts'
export { openLayout } from './layout.ts'
export type { Layout, Selection } from './layout.ts'
export { openVerifiedBlobs } from './layout/verified-blobs.ts'
export type { ReceiptPorts, VerifiedBlobs } from './layout/verified-blobs.ts'
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
export type { ImageReference, PinnedReference, RepositoryName } from './reference.ts'
export type { Credentials, RegistryPorts } from './registry/ports.ts'
export { openRepository } from './registry/repository.ts'
export type { Opening, Repository, StoredManifest } from './registry/repository.ts'
export { fetchManifest, resolveDigest } from './resolve.ts'
export { checkLayoutInput } from './layout/layout-input.ts'
export { addReferrer, readReferrers, referrersFile } from './layout/referrers.ts'
export type { Artifact } from './layout/referrers.ts'
export { attestationsIn, dropAttestations } from './layout/attestations.ts'
export type { Attestation } from './layout/attestations.ts'
export { openReferrers } from './layout/open-referrers.ts'
export type { Referrer } from './layout/open-referrers.ts'
export { openImageFiles } from './layers/image-files.ts'
export type { ImageFile, ImageFiles } from './layers/image-files.ts'
export type { EntryKind, LayerEntry } from './layers/layer-entry.ts'
export { defaultLayerLimits } from './layers/limits.ts'
export type { LayerLimits } from './layers/limits.ts'
export { readLayerEntries } from './layers/read-layer-entries.ts'
export type { LayerReading } from './layers/read-layer-entries.ts'
export { imageLabels } from './labels/image-labels.ts'
export type { LabelSource, NamedValue } from './labels/image-labels.ts'
export { noEvent, parseGithubEvent, readGithubEvent } from './source/github-event.ts'
export type { GithubEvent } from './source/github-event.ts'
export { tagContextOf } from './source/tag-context-of.ts'
export { buildTag, defaultTags, releaseVersion } from './tags/default-tags.ts'
export { imageTags } from './tags/image-tags.ts'
export type { ImageTags } from './tags/image-tags.ts'
export { parseTagRules, tagRulesKind } from './tags/parse-tag-rules.ts'
export type { TagContext } from './tags/tag-context.ts'
export type { TagRule } from './tags/tag-rule.ts'
export { copyRegistryToLayout } from './pull.ts'
export type { Pull } from './pull.ts'
export { openLayoutInput } from './layout/open-input.ts'
export type { LayoutPorts } from './layout/open-input.ts'
export { unpackArchive } from './layout/read-archive.ts'
export { writeArchive } from './layout/write-archive.ts'
export { writePlatformView } from './layout/platform-view.ts'
export { describeBases } from './dockerfile/describe-bases.ts'
export type { BaseImage } from './dockerfile/describe-bases.ts'
export { layerEntries, originsOf } from './dockerfile/explain-layers.ts'
export type { Origin } from './dockerfile/explain-layers.ts'
export { findBases, stageChain } from './dockerfile/find-bases.ts'
export type { BaseRole, NamedBase } from './dockerfile/find-bases.ts'
export { targetStage } from './dockerfile/find-stage.ts'
export { imageMaterials } from './dockerfile/materials.ts'
export type { ImageMaterial } from './dockerfile/materials.ts'
export { parseDockerfile } from './dockerfile/parse-dockerfile.ts'
export type { Dockerfile, Instruction, Stage } from './dockerfile/parse-dockerfile.ts'
export type { BuildQuestion } from './dockerfile/stage-variables.ts'
export { judgeImage, ruleNames } from './policy/judge-image.ts'
export type { PolicyViolation } from './policy/judge-image.ts'
export { parseImagePolicy } from './policy/parse-image-policy.ts'
export { refusalOf } from './policy/refusal.ts'
export { ImagePolicyFile, imagePolicySchema } from './policy/schema.ts'
export type { ImagePolicy, Mode, RuleName } from './policy/schema.ts'
export type { PolicySubject } from './policy/subject.ts'
export { findSecrets } from './secrets/find-secrets.ts'
export type { FoundSecret } from './secrets/find-secrets.ts'
