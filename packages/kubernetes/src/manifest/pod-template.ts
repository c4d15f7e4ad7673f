import { fieldOf, isJsonObject, objectsOf } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'
import { groupOf, withMetadata } from '../object.ts'
import type { KubernetesObject } from '../object.ts'

/** Where the kinds of Kubernetes' own workloads keep the specification of their pods. */
const podSpecPaths: Readonly<Record<string, readonly string[]>> = {
  '/Pod': ['spec'],
  'apps/Deployment': ['spec', 'template', 'spec'],
  'apps/StatefulSet': ['spec', 'template', 'spec'],
  'apps/DaemonSet': ['spec', 'template', 'spec'],
  'apps/ReplicaSet': ['spec', 'template', 'spec'],
  'batch/Job': ['spec', 'template', 'spec'],
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
}

/** What admission looks up beside the pod itself, and what may come with the same release. */
const lookedUp = ['serviceAccountName', 'serviceAccount', 'priorityClassName'] as const

/** The first pod that a workload would make, as far as it is known; none for a Pod itself. */
export function podOf(workload: KubernetesObject): KubernetesObject | undefined {
  const path = podSpecPath(workload)?.slice(0, -1) ?? []
  const template = path.length === 0 ? undefined : fieldOf(workload, ...path)
  const spec = fieldOf(template, 'spec')
  if (!isJsonObject(spec)) return undefined
  const { name, namespace } = workload.metadata
  const kept = Object.entries(spec).filter(([field]) => !lookedUp.some((one) => one === field))
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }) }
  return withMetadata(
    { apiVersion: 'v1', kind: 'Pod', metadata, spec: Object.fromEntries(kept) },
    {
      labels: fieldOf(template, 'metadata', 'labels'),
      annotations: fieldOf(template, 'metadata', 'annotations'),
    },
  )
}

const containerLists = ['initContainers', 'containers', 'ephemeralContainers'] as const

/** A container of a workload and the image that it names. */
export interface ContainerImage {
  readonly container: string
  readonly image: string
}

function podSpecPath(object: KubernetesObject): readonly string[] | undefined {
  return podSpecPaths[`${groupOf(object.apiVersion)}/${object.kind}`]
}

/** Whether an object is of a kind that runs pods. */
export function isWorkload(object: KubernetesObject): boolean {
  return podSpecPath(object) !== undefined
}

/** What a workload says of its pods; undefined for what is no workload. */
export function podSpecOf(object: KubernetesObject): Json | undefined {
  const path = podSpecPath(object)
  return path === undefined ? undefined : fieldOf(object, ...path)
}

/** Every container, init containers first, and its image; none for what is no workload. */
export function containerImagesOf(object: KubernetesObject): readonly ContainerImage[] {
  const spec = podSpecOf(object)
  return containerLists.flatMap((list) =>
    objectsOf(fieldOf(spec, list)).flatMap(({ name, image }) =>
      typeof name === 'string' && typeof image === 'string' ? [{ container: name, image }] : [],
    ),
  )
}

/** The image that a container is to have instead of the one that it names. */
export type ImageMap = (found: ContainerImage) => string

/** The workload with the images of its containers mapped; the same object where none changes. */
export function mapImages(object: KubernetesObject, map: ImageMap): KubernetesObject {
  return mapPodSpec(object, (spec) => withMappedImages(spec, map))
}

/** The workload with the specification of its pods mapped; what is no workload stays as it is. */
export function mapPodSpec(
  object: KubernetesObject,
  map: (spec: JsonObject) => JsonObject,
): KubernetesObject {
  const path = podSpecPath(object)
  return path === undefined ? object : { ...object, ...mapAt(object, path, map) }
}

function mapAt(
  object: JsonObject,
  path: readonly string[],
  map: (value: JsonObject) => JsonObject,
): JsonObject {
  const [name, ...rest] = path
  if (name === undefined) return map(object)
  const nested = object[name]
  return isJsonObject(nested) ? { ...object, [name]: mapAt(nested, rest, map) } : object
}

function withMappedImages(spec: JsonObject, map: ImageMap): JsonObject {
  const mapped = containerLists.map((list) => [list, mapContainers(spec[list], map)] as const)
  return { ...spec, ...Object.fromEntries(mapped.filter(([, value]) => value !== undefined)) }
}

function mapContainers(containers: Json | undefined, map: ImageMap): Json | undefined {
  if (!Array.isArray(containers)) return containers
  return containers.map((container: Json) => {
    if (!isJsonObject(container) || typeof container.image !== 'string') return container
    const { name, image } = container
    return { ...container, image: map({ container: typeof name === 'string' ? name : '', image }) }
  })
}
