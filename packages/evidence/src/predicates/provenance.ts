import { version } from '@oke-pipeline/core'
import type { Resource } from './resource.ts'

/**
 * What the parameters of {@link provenancePredicate} mean is written there; another meaning gets
 * another number.
 */
export const buildImageType =
  'https://github.com/oke-pipeline/oke-pipeline/blob/main/docs/build-types/build-image-v1.md'

/** The predicate of SLSA provenance v1, as it is made here. https://slsa.dev/spec/v1.1/provenance */
export interface ProvenancePredicate {
  readonly buildDefinition: {
    readonly buildType: typeof buildImageType
    readonly externalParameters: Parameters
    readonly internalParameters: Parameters
    readonly resolvedDependencies: readonly Resource[]
  }
  readonly runDetails: {
    readonly builder: { readonly id: string; readonly version: Readonly<Record<string, string>> }
    readonly metadata: {
      readonly invocationId?: string
      readonly startedOn: string
      readonly finishedOn: string
    }
  }
}

/** Parameters of a build, by name. */
export type Parameters = Readonly<Record<string, unknown>>

/** A build, as it knows itself. */
export interface BuildRun {
  /** What the user decides: the workflow and the inputs. No secrets. */
  readonly external: Parameters
  /** What the runner decides. */
  readonly internal: Parameters
  /** The source, and everything that the image was made from. */
  readonly dependencies: readonly Resource[]
  /** `owner/name/.github/workflows/file.yml@refs/heads/main`, on its server. */
  readonly workflow: string | undefined
  readonly serverUrl: string | undefined
  /** Versions of what built, by name. */
  readonly tools: Readonly<Record<string, string>>
  /** The run, and which attempt of it. */
  readonly invocation: string | undefined
  readonly startedOn: Date
  readonly finishedOn: Date
}

/** The predicate for a build by build-image. */
export function provenancePredicate(build: BuildRun): ProvenancePredicate {
  const { invocation, startedOn, finishedOn } = build
  return {
    buildDefinition: {
      buildType: buildImageType,
      externalParameters: build.external,
      internalParameters: build.internal,
      resolvedDependencies: build.dependencies,
    },
    runDetails: {
      builder: { id: builderOf(build), version: { 'oke-pipeline': version, ...build.tools } },
      metadata: {
        ...(invocation === undefined ? {} : { invocationId: invocation }),
        startedOn: startedOn.toISOString(),
        finishedOn: finishedOn.toISOString(),
      },
    },
  }
}

/** The workflow is what has to be trusted: whoever may change it decides what is built. */
function builderOf({ workflow, serverUrl }: BuildRun): string {
  if (workflow === undefined || serverUrl === undefined) return `${buildImageType}#no-workflow`
  return `${serverUrl}/${workflow}`
}
