import { withMetadata } from '../object.ts'
import type { KubernetesObject } from '../object.ts'

/** When a hook runs: before the first object of a release is applied, or once all of it is ready. */
const moments = ['before', 'after'] as const

/** When a hook runs. */
export type HookMoment = (typeof moments)[number]

const deletions = ['before-creation', 'succeeded', 'failed'] as const

/** When what a hook has made is deleted. */
export type HookDeletion = (typeof deletions)[number]

const releases = ['all', 'first', 'later'] as const

/** What an object says of itself as a hook: run once with a release, and no part of it. */
export interface Hook {
  readonly moments: readonly HookMoment[]
  /** Lighter ones run first; those of one weight one after the other. */
  readonly weight: number
  readonly deletions: readonly HookDeletion[]
  /** Whether it runs with the first release only, or with all but the first. */
  readonly releases: (typeof releases)[number]
}

const annotation = 'oke-pipeline.dev/hook'
const weightAnnotation = 'oke-pipeline.dev/hook-weight'
const deletionAnnotation = 'oke-pipeline.dev/hook-delete-policy'
const releasesAnnotation = 'oke-pipeline.dev/hook-releases'

/** Whether an object is meant as a hook, well or not. */
export function isHook({ metadata }: KubernetesObject): boolean {
  return metadata.annotations?.[annotation] !== undefined
}

/** The object as a hook: what says of it in another language that it is one is mapped to this. */
export function markedAsHook(object: KubernetesObject, hook: Hook): KubernetesObject {
  return withMetadata(object, {
    annotations: {
      ...object.metadata.annotations,
      [annotation]: hook.moments.join(','),
      [weightAnnotation]: hook.weight.toFixed(0),
      [deletionAnnotation]: hook.deletions.join(','),
      [releasesAnnotation]: hook.releases,
    },
  })
}

/** What a hook says of itself; what it leaves out has the defaults. */
export function hookOf({ metadata }: KubernetesObject): Hook {
  const { annotations = {} } = metadata
  return {
    moments: wordsIn(annotations[annotation]).flatMap((word) => known(moments, word)),
    weight: Number(annotations[weightAnnotation] ?? '0'),
    deletions: wordsIn(annotations[deletionAnnotation] ?? 'before-creation').flatMap((word) =>
      known(deletions, word),
    ),
    releases: known(releases, annotations[releasesAnnotation] ?? 'all')[0] ?? 'all',
  }
}

/** What is wrong with the annotations of a hook, each a sentence without its full stop. */
export function hookFaults({ kind, metadata }: KubernetesObject): readonly string[] {
  const { annotations = {} } = metadata
  const faults = [
    ...unknownWords(annotation, annotations[annotation] ?? '', moments),
    ...unknownWords(deletionAnnotation, annotations[deletionAnnotation], deletions),
    ...unknownWords(releasesAnnotation, annotations[releasesAnnotation], releases),
  ]
  const weight = annotations[weightAnnotation]
  if (weight !== undefined && !/^-?\d{1,6}$/.test(weight)) {
    faults.push(`"${weightAnnotation}": got ${JSON.stringify(weight)}, expected a whole number`)
  }
  if (['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'CronJob'].includes(kind)) {
    faults.push(`"${annotation}": a ${kind} cannot be a hook; what runs in one is a Job`)
  }
  return faults
}

function unknownWords(
  name: string,
  text: string | undefined,
  words: readonly string[],
): readonly string[] {
  if (text === undefined) return []
  const given = wordsIn(text)
  if (given.length > 0 && given.every((word) => words.includes(word))) return []
  return [`"${name}": got ${JSON.stringify(text)}, expected ${words.join(', ')}`]
}

function wordsIn(text = ''): readonly string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

function known<Word extends string>(words: readonly Word[], word: string): readonly Word[] {
  return words.filter((candidate) => candidate === word)
}
