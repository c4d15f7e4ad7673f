import type { RunContext } from '@oke-pipeline/core'
import type { Digest } from '../digest.ts'
import type { GithubEvent } from '../source/github-event.ts'

/** What the labels of an image are made from. */
export interface LabelSource {
  readonly run: Pick<RunContext, 'repository' | 'sha' | 'serverUrl'>
  readonly event: GithubEvent
  /** When what is in the image was made. */
  readonly created: Date | undefined
  /** The first of the tags. */
  readonly version: string | undefined
  /** The image that the target is built on, where it is known by digest. */
  readonly base?: { readonly name: string; readonly digest: Digest } | undefined
}

/** A label or an annotation. */
export interface NamedValue {
  readonly name: string
  readonly value: string
}

const prefix = 'org.opencontainers.image'

/**
 * The labels that OCI names (image specification v1.1, "Pre-Defined Annotation Keys"), as far as
 * they are known, and those of the user, which count where both have one. There is no `ref.name`:
 * it is only for the index of a layout.
 */
export function imageLabels(
  source: LabelSource,
  own: readonly NamedValue[] = [],
): readonly NamedValue[] {
  const labels = new Map(Object.entries(knownLabels(source)))
  for (const { name, value } of own) labels.set(name, value)
  return [...labels]
    .flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
}

function knownLabels(source: LabelSource): Readonly<Record<string, string | undefined>> {
  const { run, event, created, version, base } = source
  const url = urlOf(run)
  return {
    [`${prefix}.created`]: created?.toISOString(),
    [`${prefix}.description`]: oneLine(event.description),
    [`${prefix}.licenses`]: event.license,
    [`${prefix}.revision`]: run.sha,
    [`${prefix}.source`]: url,
    [`${prefix}.title`]: run.repository?.split('/').at(-1),
    [`${prefix}.url`]: url,
    [`${prefix}.version`]: version,
    [`${prefix}.base.name`]: base?.name,
    [`${prefix}.base.digest`]: base?.digest,
  }
}

function urlOf({ serverUrl, repository }: LabelSource['run']): string | undefined {
  if (serverUrl === undefined || repository === undefined) return undefined
  return `${serverUrl}/${repository}`
}

function oneLine(text: string | undefined): string | undefined {
  const line = text?.replaceAll(/\s+/g, ' ').trim()
  return line === '' ? undefined : line
}
