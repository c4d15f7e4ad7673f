import type { Log } from '@oke-pipeline/core'
import type { Manifest, Reading } from '../manifest/manifest.ts'
import { nameOf, referenceOf } from '../object.ts'

/** The annotation by which a template says that it is a hook, and for what. */
const hookAnnotation = 'helm.sh/hook'

/** What never happens here: releases are not uninstalled by Helm, and rolled back in our own way. */
const unusedEvents = ['pre-delete', 'post-delete', 'pre-rollback', 'post-rollback']

/** Tests are for `helm test`. */
const testEvents = ['test', 'test-success', 'test-failure']

/**
 * Takes apart what a chart installs and its hooks, which must not be applied like other objects:
 * they would run at the wrong time, and be part of the release for ever.
 */
export function withoutHooks(reading: Reading, log: Log): Reading {
  const wanted = reading.manifests.filter(({ object }) => eventsOf(object.metadata).length === 0)
  const hooks = reading.manifests.filter(({ object }) => eventsOf(object.metadata).length > 0)
  const used = hooks.filter(({ object }) => !eventsOf(object.metadata).every(isUnused))
  for (const hook of hooks.filter((candidate) => !used.includes(candidate))) {
    const events = eventsOf(hook.object.metadata).join(', ')
    log.info(`${nameOf(referenceOf(hook.object))} is left out: it is a Helm hook for ${events}`)
  }
  return { manifests: wanted, problems: [...reading.problems, ...used.map(hookProblem)] }
}

function isUnused(event: string): boolean {
  return unusedEvents.includes(event) || testEvents.includes(event)
}

function eventsOf({ annotations }: Manifest['object']['metadata']): readonly string[] {
  return (annotations?.[hookAnnotation] ?? '')
    .split(',')
    .map((event) => event.trim())
    .filter((event) => event !== '')
}

function hookProblem({ object, place }: Manifest): Reading['problems'][number] {
  const events = eventsOf(object.metadata).join(', ')
  const name = nameOf(referenceOf(object))
  return {
    place,
    problem: `has ${name}, a Helm hook (${events}), which is not run here: switch it off by a value of the chart, or run it in a step of its own`,
  }
}
