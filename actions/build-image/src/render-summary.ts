import {
  code,
  details,
  document,
  escaped,
  formatBytes,
  formatSeconds,
  heading,
  paragraph,
  table,
} from '@oke-pipeline/core'
import type { BaseImage } from '@oke-pipeline/image'
import type { BuildStep } from './build-record.ts'
import type { BuildResult } from './build-result.ts'
import type { EarlierBuild } from './earlier-build.ts'
import type { PlatformLayers } from './facts.ts'
import { policySection } from './policy-summary.ts'

const slowestShown = 5
const leastShownSeconds = 0.05
const layersShown = 30

/** The job summary of a build: the image, what it is made of, and where the time went. */
export function renderSummary(result: BuildResult): string {
  const { facts, record } = result
  return document(
    heading(result.judgement.refusal === undefined ? 'Image built' : 'Image refused'),
    imageCard(result),
    ...policySection(result.judgement),
    basesTable(facts.bases),
    ...facts.layers.map(layersOf),
    timings(record.steps),
    paragraph(engineLine(result)),
  )
}

function imageCard(result: BuildResult): string {
  const { digest, image, tags, platforms, record, seconds } = result
  const rows: readonly (readonly [string, string])[] = [
    ['Digest', code(digest)],
    ...(image === undefined ? [] : [['Image', code(image)] as const]),
    ...(tags.length === 0 ? [] : [['Tags', tags.map(code).join(' ')] as const]),
    ['Platforms', escaped(platforms.join(', '))],
    ['Size', `${formatBytes(result.sizeBytes)}${changeSince(result.earlier, result)}`],
    ['Built with', escaped(record.builtWith)],
    ['Time', `${formatSeconds(seconds)}${cacheShare(record.steps)}`],
  ]
  return table(['', ''], rows)
}

/** How the size has changed, where an earlier build is known. */
function changeSince(
  earlier: EarlierBuild | undefined,
  { digest, sizeBytes }: BuildResult,
): string {
  if (earlier === undefined) return ''
  if (earlier.digest === digest) return ' (the same image as before)'
  const change = sizeBytes - earlier.sizeBytes
  if (change === 0) return ' (as before)'
  const sign = change > 0 ? '+' : '−'
  const percent = ((Math.abs(change) / earlier.sizeBytes) * 100).toFixed(1)
  return ` (${sign}${formatBytes(Math.abs(change))}, ${sign}${percent} % since the earlier build)`
}

function cacheShare(steps: readonly BuildStep[]): string {
  const own = steps.filter(isInstruction)
  const cached = own.filter(({ isCached }) => isCached).length
  return own.length === 0 ? '' : `, ${cached} of ${own.length} steps from the cache`
}

/** A step of the Dockerfile, and none of the builder's own. */
function isInstruction({ step }: BuildStep): boolean {
  return /^\[\d+\/\d+\] /.test(step)
}

function basesTable(bases: readonly BaseImage[]): string | undefined {
  if (bases.length === 0) return undefined
  const rows = bases.map(({ name, digest, isPinned }) => [
    code(name),
    digest === undefined ? 'not known' : code(digest),
    isPinned ? 'yes' : 'no',
  ])
  return table(['Base image', 'Digest', 'Pinned'], rows)
}

function layersOf({ platform, layers }: PlatformLayers): string {
  const rows = layers.map(({ digest, sizeBytes, createdBy }) => [
    code(digest.slice('sha256:'.length, 'sha256:'.length + 12)),
    formatBytes(sizeBytes),
    createdBy === undefined ? '' : code(shortened(createdBy)),
  ])
  const title = `${layers.length} layers for ${platform}`
  return details(title, table(['Layer', 'Size', 'Made by'], rows, layersShown))
}

function timings(steps: readonly BuildStep[]): string | undefined {
  const slowest = steps
    .filter(({ isCached, seconds }) => !isCached && seconds >= leastShownSeconds)
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, slowestShown)
  if (slowest.length === 0) return undefined
  const rows = slowest.map(({ name, seconds }) => [code(shortened(name)), formatSeconds(seconds)])
  return details('Slowest steps', table(['Step', 'Time'], rows))
}

function engineLine({ choice, record }: BuildResult): string {
  const skipped = choice.skipped.map(({ name, because }) => `Not with ${name}: ${because}.`)
  return escaped([`Built with ${record.builtWith}: ${choice.because}.`, ...skipped].join(' '))
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length <= 120 ? line : `${line.slice(0, 119)}…`
}
