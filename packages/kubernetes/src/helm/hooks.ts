import type { Log } from '@oke-pipeline/core'
import { hookProblems } from '../hooks/hook-problems.ts'
import { markedAsHook } from '../hooks/hook.ts'
import type { Hook, HookDeletion, HookMoment } from '../hooks/hook.ts'
import type { Manifest, Reading } from '../manifest/manifest.ts'
import { nameOf, referenceOf } from '../object.ts'

/** The annotation by which a template says that it is a hook, and for what. */
const hookAnnotation = 'helm.sh/hook'
const weightAnnotation = 'helm.sh/hook-weight'
const deletionAnnotation = 'helm.sh/hook-delete-policy'

/** What a hook of Helm's is run for: https://helm.sh/docs/topics/charts_hooks */
type Event = `${'pre' | 'post'}-${'install' | 'upgrade'}`

const events: Readonly<Record<Event, readonly [HookMoment, 'first' | 'later']>> = {
  'pre-install': ['before', 'first'],
  'pre-upgrade': ['before', 'later'],
  'post-install': ['after', 'first'],
  'post-upgrade': ['after', 'later'],
}

const deletions: Readonly<Record<string, HookDeletion>> = {
  'before-hook-creation': 'before-creation',
  'hook-succeeded': 'succeeded',
  'hook-failed': 'failed',
}

/**
 * What never happens here: releases are not uninstalled by Helm, and rolled back in our own way.
 * Tests are for `helm test`.
 */
const unusedEvents = [
  'pre-delete',
  'post-delete',
  'pre-rollback',
  'post-rollback',
  'test',
  'test-success',
  'test-failure',
]

/** Turns the hooks of a chart into ours, and leaves out those that never run here. */
export function withOurHooks(reading: Reading, log: Log): Reading {
  const manifests: Manifest[] = []
  const problems = [...reading.problems]
  for (const manifest of reading.manifests) {
    const given = eventsOf(manifest)
    const used = given.filter((event) => !unusedEvents.includes(event))
    if (given.length === 0) manifests.push(manifest)
    else if (used.length === 0) tellLeftOut(manifest, log)
    else {
      const outcome = asOurs(manifest, used)
      if ('problem' in outcome) problems.push(outcome)
      else manifests.push(outcome)
    }
  }
  return { manifests, problems: [...problems, ...hookProblems(manifests)] }
}

function tellLeftOut(manifest: Manifest, log: Log): void {
  const name = nameOf(referenceOf(manifest.object))
  log.info(`${name} is left out: it is a Helm hook for ${eventsOf(manifest).join(', ')}`)
}

function eventsOf({ object }: Manifest): readonly string[] {
  return wordsIn(object.metadata.annotations?.[hookAnnotation])
}

function wordsIn(text = ''): readonly string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

function asOurs(
  manifest: Manifest,
  used: readonly string[],
): Manifest | Reading['problems'][number] {
  const { object, place } = manifest
  const { annotations = {} } = object.metadata
  const when = momentsAndReleases(used)
  if (when === undefined) {
    const name = nameOf(referenceOf(object))
    const problem = `has ${name}, a Helm hook (${used.join(', ')}), which cannot be run here as the chart wants it: switch it off by a value of the chart`
    return { place, problem }
  }
  const hook: Hook = {
    ...when,
    weight: Number(annotations[weightAnnotation] ?? '0'),
    deletions: wordsIn(annotations[deletionAnnotation] ?? 'before-hook-creation').flatMap(
      (word) => deletions[word] ?? [],
    ),
  }
  return { ...manifest, object: markedAsHook(object, hook) }
}

/** Undefined for events that are not known, and where each moment is for other releases. */
function momentsAndReleases(
  used: readonly string[],
): Pick<Hook, 'moments' | 'releases'> | undefined {
  const known = used.flatMap((event) => (event in events ? [events[event as Event]] : []))
  if (known.length < used.length) return undefined
  const moments = [...new Set(known.map(([moment]) => moment))]
  const releases = [...new Set(known.map(([, release]) => release))]
  if (new Set(used).size !== moments.length * releases.length) return undefined
  const [only] = releases
  return { moments, releases: releases.length === 1 && only !== undefined ? only : 'all' }
}
