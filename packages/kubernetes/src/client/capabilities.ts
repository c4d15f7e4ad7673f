import { fieldOf, objectsOf } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'

/** What a cluster can do, as Helm's `.Capabilities` have it. */
export interface Capabilities {
  /** `v1.34.4` */
  readonly version: string
  /** Every group version that is served, and every kind of it: `apps/v1`, `apps/v1/Deployment`. */
  readonly apiVersions: readonly string[]
}

/** The media type of the whole discovery in one answer (Kubernetes 1.27; stable since 1.30). */
const aggregated = ['v2', 'v2beta1'].map(
  (version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
)

/** The requests that ask a server for its capabilities. */
export const capabilityRequests = {
  version: { path: '/version', accept: 'application/json' },
  core: { path: '/api', accept: [...aggregated, 'application/json'].join(',') },
  groups: { path: '/apis', accept: [...aggregated, 'application/json'].join(',') },
} as const

/** Makes sense of the answers to these requests. */
export function parseCapabilities(
  answers: Readonly<Record<keyof typeof capabilityRequests, JsonObject>>,
): Capabilities {
  const served = [answers.core, answers.groups].flatMap((list) =>
    objectsOf(list.items).flatMap(apiVersionsOf),
  )
  return {
    version: parseVersion(answers.version),
    apiVersions: [...new Set(served)].sort(),
  }
}

/** The version that an answer names. */
export function parseVersion({ gitVersion }: JsonObject): string {
  return typeof gitVersion === 'string' ? gitVersion : ''
}

function apiVersionsOf(group: JsonObject): readonly string[] {
  const name = fieldOf(group, 'metadata', 'name')
  return objectsOf(group.versions).flatMap((version) => {
    const apiVersion = [name, version.version].filter((part) => isGiven(part)).join('/')
    const kinds = objectsOf(version.resources)
      .map((resource) => fieldOf(resource, 'responseKind', 'kind'))
      .filter((kind) => isGiven(kind))
    return [apiVersion, ...kinds.map((kind) => `${apiVersion}/${kind}`)]
  })
}

function isGiven(value: Json | undefined): value is string {
  return typeof value === 'string' && value !== ''
}
