import type { RunContext } from '@oke-pipeline/core'
import { imageLabels } from '@oke-pipeline/image'
import type { GithubEvent, NamedValue } from '@oke-pipeline/image'
import type { Inputs } from './declaration.ts'

/** What is known of where an image comes from. */
export interface Origin {
  readonly run: Pick<RunContext, 'repository' | 'sha' | 'serverUrl'>
  readonly event: GithubEvent
  /** The time of the commit: that of the build would give each build of it another digest. */
  readonly created: Date | undefined
  readonly version: string | undefined
}

/** The labels of an image: those that the repository tells, and those of the input, which count. */
export function labelsOf(inputs: Inputs, origin: Origin): readonly NamedValue[] {
  return imageLabels(knownOf(inputs, origin), inputs.labels)
}

/** The annotations of an image: the same, unless the input says where one goes and what it is. */
export function annotationsOf(inputs: Inputs, origin: Origin): readonly NamedValue[] {
  const own = inputs.annotations ?? []
  const given = new Set(own.map(({ name }) => withoutLevel(name)))
  const known = imageLabels(knownOf(inputs, origin)).filter(({ name }) => !given.has(name))
  return [...known, ...own]
}

/** `manifest[linux/amd64]:name` is about `name`. */
function withoutLevel(name: string): string {
  return name.replace(/^(?:(?:index|manifest)(?:-descriptor)?(?:\[[^\]]*\])?,?)+:/, '')
}

/** What the builder fetches from another repository is not of this commit. */
function knownOf({ context }: Inputs, origin: Origin): Origin {
  const { run } = origin
  const own = `${run.serverUrl ?? ''}/${run.repository ?? ''}`
  if (context.kind === 'folder' || context.url.startsWith(`${own}.git`)) return origin
  const elsewhere = { repository: undefined, sha: undefined, serverUrl: undefined }
  const event = { ...origin.event, description: undefined, license: undefined }
  return { ...origin, run: elsewhere, event, created: undefined }
}
