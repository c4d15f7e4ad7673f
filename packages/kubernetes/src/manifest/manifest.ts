import type { Place } from '@oke-pipeline/core'
import type { KubernetesObject } from '../object.ts'

/** An object that a user wants, and where in the repository it is written. */
export interface Manifest {
  readonly object: KubernetesObject
  readonly place: Place
}

/** Something wrong with what a user wrote, and where. */
export interface ManifestProblem {
  readonly place: Place
  /** A sentence without its full stop. */
  readonly problem: string
}

/** What was read, and everything that was wrong with it. */
export interface Reading {
  readonly manifests: readonly Manifest[]
  readonly problems: readonly ManifestProblem[]
}

/** Puts several readings together. */
export function joinReadings(readings: readonly Reading[]): Reading {
  return {
    manifests: readings.flatMap(({ manifests }) => manifests),
    problems: readings.flatMap(({ problems }) => problems),
  }
}

/** A place as people write it: `k8s/app.yml:12`. */
export function formatPlace({ file, line, column }: Place): string {
  return [file, line, column].filter((part) => part !== undefined).join(':')
}
