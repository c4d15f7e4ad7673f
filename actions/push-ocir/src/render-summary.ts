import {
  code,
  codeBlock,
  document,
  escaped,
  formatBytes,
  formatSeconds,
  heading,
  paragraph,
  table,
} from '@oke-pipeline/core'
import { shortDigest } from '@oke-pipeline/image'
import type { CopiedReferrer, Digest, TagOutcome } from '@oke-pipeline/image'
import { pushedReferrers } from './pushed-referrers.ts'
import type { PushResult } from './run.ts'

/** The job summary of a push. */
export function renderSummary(result: PushResult): string {
  const { copy, platforms, seconds, sizeBytes } = result
  const pushed = copy.entries.filter(({ outcome }) => outcome === 'pushed').length
  return document(
    heading(copy.alreadyExisted ? 'Image was in the registry already' : 'Image pushed'),
    codeBlock(result.image),
    table(
      ['Platforms', 'Size', 'Pushed', 'Was there', 'Time'],
      [
        [
          escaped(platforms.join(', ')),
          formatBytes(sizeBytes),
          `${partsOf(pushed)} (${formatBytes(copy.pushedBytes)})`,
          partsOf(copy.entries.length - pushed),
          formatSeconds(seconds),
        ],
      ],
    ),
    table(
      ['Tag', ''],
      copy.tags.map(({ name, outcome }) => [code(name), tagOutcomes[outcome]]),
    ),
    ...renderOthers(result),
    ...renderRepository(result),
    ...renderReferrers(result),
    ...renderSignature(result),
    ...renderScanning(result),
  )
}

const tagOutcomes: Readonly<Record<TagOutcome, string>> = {
  created: 'new',
  moved: 'moved to this image',
  existed: 'was there',
}

function renderOthers({ others }: PushResult): readonly string[] {
  if (others.length === 0) return []
  const rows = others.map(({ image, copy }) => [
    code(image),
    copy.alreadyExisted ? 'was there' : formatBytes(copy.pushedBytes),
    copy.tags.map(({ name, outcome }) => `${code(name)} ${tagOutcomes[outcome]}`).join(', '),
  ])
  return [table(['Also in', 'Pushed', 'Tags'], rows)]
}

function renderRepository({ prepared }: PushResult): readonly string[] {
  if (prepared === undefined) return []
  const { repository, outcome } = prepared
  const { name, compartmentId, isImmutable, isPublic } = repository
  const what = outcome === 'created' ? 'was created in' : 'is in'
  const access = isPublic ? '**public: everybody can pull it**' : 'private'
  const tags = isImmutable ? 'immutable' : 'not immutable'
  const place = `${code(name)} ${what} ${code(compartmentId)}`
  return [paragraph(`Repository ${place}; it is ${access}, and ${tags}.`)]
}

function renderSignature({ signature }: PushResult): readonly string[] {
  if (signature === undefined) return []
  const key = code(signature.kmsKeyId)
  return [paragraph(`Signed for OKE’s image verification policy by ${key}.`)]
}

function renderScanning({ scanning, others }: PushResult): readonly string[] {
  return [scanning, ...others.map((place) => place.scanning)].flatMap((one) => {
    if (one === undefined) return []
    if (one.outcome === 'failed') {
      return [paragraph(`**OCI does not scan it**: ${escaped(one.error.title)}.`)]
    }
    const { name, compartmentId } = one.target
    const since = one.outcome === 'existed' ? '' : ' from this push on'
    return [paragraph(`Scanned by OCI${since}: target ${code(name)} in ${code(compartmentId)}.`)]
  })
}

function renderReferrers({ copy, digest }: PushResult): readonly string[] {
  if (copy.referrers.length === 0) return []
  const described = pushedReferrers(copy.referrers)
  const rows = copy.referrers.map((referrer, index) => [
    `${code(described[index]?.type ?? '')}${described[index]?.isSigned === true ? ', signed' : ''}`,
    aboutOf(referrer, digest),
    outcomeOf(referrer),
  ])
  return [table(['Kept with the image', 'About', ''], rows)]
}

function aboutOf({ subject }: CopiedReferrer, digest: Digest): string {
  return subject.digest === digest ? 'the image' : `platform ${code(shortDigest(subject.digest))}`
}

function outcomeOf({ outcome, isListed }: CopiedReferrer): string {
  const what = outcome === 'pushed' ? 'new' : 'was there'
  return isListed ? what : `${what}, but not listed: the tags are immutable`
}

function partsOf(count: number): string {
  return count === 1 ? '1 part' : `${count} parts`
}
