import { retry, version } from '@oke-pipeline/core'
import type { Clock, Log, RetryPorts } from '@oke-pipeline/core'
import { canonicalJson } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'
import { referenceOf } from '../object.ts'
import type { KubernetesObject, ObjectReference } from '../object.ts'
import type { ClusterAccess } from './access.ts'
import { jsonOf, objectOf } from './answers.ts'
import { apiError, connectionError, hasStatus, serviceName } from './api-error.ts'
import { warningsIn } from './api-warnings.ts'
import { capabilityRequests, parseCapabilities, parseVersion } from './capabilities.ts'
import type { Capabilities } from './capabilities.ts'
import { credentialSource } from './credential.ts'
import { collectionPath, groupPath, objectPath, parseResources } from './discovery.ts'
import type { Resource } from './discovery.ts'
import type { ApiAnswer, ApiRequest } from './exchange.ts'
import { listInPages } from './listing.ts'
import type { Listing } from './listing.ts'
import { streamTransport } from './stream-transport.ts'
import type { StreamTransport } from './stream-transport.ts'
import { clusterTransport } from './transport.ts'
import type { Transport } from './transport.ts'
import { watchEvents, watchRequest } from './watch.ts'
import type { WatchEvent, WatchStart } from './watch.ts'

/** The name under which the server keeps which fields are ours. */
export const fieldManager = 'oke-pipeline'

/** Which objects to list. */
export interface ListQuery {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string
  readonly labelSelector?: string | undefined
  readonly fieldSelector?: string | undefined
}

/** No answer with log lines is longer: what would come later is missing. */
export const logLimitBytes = 65_536

/** Which lines of a container's log to read. */
export interface LogQuery {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly tailLines: number
  /** Of the run before the last restart. */
  readonly isPrevious: boolean
}

/** Whether a call only asks what would happen. */
export interface WriteOptions {
  readonly isDryRun?: boolean
}

/** How an object is deleted. */
export interface DeleteOptions extends WriteOptions {
  /** Whether what it owns goes first, and the object is there until then. */
  readonly isForeground?: boolean
}

/** How an object is applied. */
export interface ApplyOptions extends WriteOptions {
  /** Whether fields of other managers become ours; if not, the server refuses with 409. */
  readonly isForced: boolean
  /** Called with each thing that the server warns of in this object. */
  readonly onWarning?: (message: string) => void
}

/** One step of a JSON patch (RFC 6902). */
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string }

/** A question of the API's, such as `SelfSubjectRulesReview`; all are of version 1. */
export interface ReviewQuestion {
  readonly apiGroup: string
  readonly kind: string
  readonly spec?: JsonObject
}

/** A Kubernetes cluster, as the user of a kubeconfig sees it. */
export interface Cluster {
  /** What the cluster is called in errors. */
  readonly service: string
  /** The server's version: `v1.34.4`; empty where it does not say. */
  version(): Promise<string>
  /** The server's version, and all that it serves. */
  capabilities(): Promise<Capabilities>
  /** How the server serves a kind; undefined when it does not know it. */
  resourceOf(type: Pick<ObjectReference, 'apiVersion' | 'kind'>): Promise<Resource | undefined>
  /** An object; undefined when it does not exist. */
  get(reference: ObjectReference): Promise<KubernetesObject | undefined>
  list(query: ListQuery): Promise<Listing>
  /** What changes from a list on, until the server ends the stream; errors are not retried. */
  watch(query: ListQuery, from: WatchStart): AsyncIterable<WatchEvent>
  /** Makes an object; 409 when there is one of its name with other data or another spec. */
  create(object: KubernetesObject, options?: WriteOptions): Promise<KubernetesObject>
  /** Writes an object over the one that is there, if that is still of its `resourceVersion` (409). */
  update(object: KubernetesObject): Promise<KubernetesObject>
  /** Server-side apply. */
  apply(object: KubernetesObject, options: ApplyOptions): Promise<KubernetesObject>
  /** Changes parts of an object; 409 if it is another one than the resource version says. */
  patch(
    reference: ObjectReference,
    operations: readonly JsonPatchOperation[],
    options?: WriteOptions,
  ): Promise<KubernetesObject>
  /** Deletes an object and what it owns, in the background by default; it may be gone already. */
  delete(reference: ObjectReference, options?: DeleteOptions): Promise<void>
  /** Asks the server something about the caller; its answer is stored nowhere. */
  review(question: ReviewQuestion): Promise<JsonObject>
  /** Log lines of a container; undefined when there are none to be had. */
  logs(query: LogQuery): Promise<string | undefined>
  /** What the server has warned of up to now, such as deprecated versions; each once. */
  warnings(): readonly string[]
  /** The same cluster for what another signal ends than that of the job. */
  until(signal: AbortSignal): Cluster
  /** The same cluster over connections of its own: for what must not wait behind other requests. */
  apart(): Cluster
}

/** What a cluster needs of the world. */
export interface ClusterPorts extends RetryPorts {
  readonly clock: Clock
  readonly log: Log
  readonly environment: Readonly<Record<string, string | undefined>>
  mask(secret: string): void
}

/** Connects to a cluster; nothing is sent yet. */
export function connectCluster(access: ClusterAccess, ports: ClusterPorts): Cluster {
  const options = {
    credential: credentialSource(access, (secret) => ports.mask(secret)),
    userAgent: `oke-pipeline/${version}`,
    environment: ports.environment,
  }
  const dial = (): Transport => clusterTransport(access, options)
  const stream = streamTransport(access, options)
  const memory = { resources: new Map(), warnings: new Set<string>() }
  return clusterOver({ access, dial, transport: dial(), stream, ...memory }, ports)
}

interface Connection {
  readonly access: ClusterAccess
  readonly dial: () => Transport
  readonly transport: Transport
  readonly stream: StreamTransport
  /** What the server has warned of. */
  readonly warnings: Set<string>
  /** What the server told about each API group version. */
  readonly resources: Map<string, Promise<readonly Resource[]>>
}

function clusterOver(connection: Connection, ports: RetryPorts): Cluster {
  const call: Call = (request) => callApi(connection, request, ports)
  const resourceOf: Cluster['resourceOf'] = (type) => findResource(connection, type, call)
  return {
    service: serviceName(connection.access),
    version: () => readVersion(call),
    capabilities: () => readCapabilities(call),
    resourceOf,
    ...readingOver(call, resourceOf, ports.clock),
    watch: (query, from) => watchChanges(connection, { query, from, resourceOf }, ports.signal),
    ...writingOver(call, resourceOf),
    review: (question) => askReview(question, call),
    logs: (query) => readLogs(query, call),
    warnings: () => [...connection.warnings].sort(),
    until: (signal) => clusterOver(connection, { ...ports, signal }),
    apart: () => clusterOver({ ...connection, transport: connection.dial() }, ports),
  }
}

type Call = (request: ApiRequest) => Promise<ApiAnswer>

function readingOver(
  call: Call,
  resourceOf: Cluster['resourceOf'],
  clock: Clock,
): Pick<Cluster, 'get' | 'list'> {
  return {
    async get(reference) {
      const path = objectPath(reference, await known(resourceOf, reference))
      const answer = await unlessAbsent(() => call({ method: 'GET', path }))
      return answer === undefined ? undefined : objectOf(answer)
    },
    async list({ apiVersion, kind, namespace, labelSelector, fieldSelector }) {
      const resource = await known(resourceOf, { apiVersion, kind })
      const path = collectionPath(apiVersion, resource, namespace)
      const query = selectorsOf({ labelSelector, fieldSelector })
      return listInPages((page) => call({ method: 'GET', path, query: { ...query, ...page } }), {
        type: { apiVersion, kind },
        clock,
      })
    },
  }
}

/** The selectors of a query, as parameters. */
function selectorsOf({
  labelSelector,
  fieldSelector,
}: Pick<ListQuery, 'labelSelector' | 'fieldSelector'>): Readonly<Record<string, string>> {
  return {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  }
}

interface Watching {
  readonly query: ListQuery
  readonly from: WatchStart
  readonly resourceOf: Cluster['resourceOf']
}

async function* watchChanges(
  { access, stream }: Connection,
  { query, from, resourceOf }: Watching,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  const { apiVersion, namespace } = query
  const path = collectionPath(apiVersion, await known(resourceOf, query), namespace)
  const request = watchRequest(path, selectorsOf(query), from)
  const either = AbortSignal.any([signal, from.signal])
  yield* watchEvents(access, request, (sent) => stream(sent, either))
}

function writingOver(
  call: Call,
  resourceOf: Cluster['resourceOf'],
): Pick<Cluster, 'create' | 'update' | 'apply' | 'patch' | 'delete'> {
  const pathOf = async (reference: ObjectReference): Promise<string> =>
    objectPath(reference, await known(resourceOf, reference))
  return {
    async create(object, options) {
      const { apiVersion, metadata } = object
      const path = collectionPath(apiVersion, await known(resourceOf, object), metadata.namespace)
      const body = JSON.stringify(object)
      try {
        const query = { fieldManager, ...dryRunOf(options) }
        return objectOf(await call({ method: 'POST', path, query, body }))
      } catch (error) {
        if (!hasStatus(error, 409)) throw error
        const found = objectOf(
          await call({ method: 'GET', path: await pathOf(referenceOf(object)) }),
        )
        if (!hasContentOf(found, object)) throw error
        return found
      }
    },
    async update(object) {
      const path = await pathOf(referenceOf(object))
      const body = JSON.stringify(object)
      return objectOf(await call({ method: 'PUT', path, query: { fieldManager }, body }))
    },
    async apply(object, options) {
      const path = await pathOf(referenceOf(object))
      const answer = await call(applyRequest(path, object, options))
      for (const warning of warningsIn(answer.headers.warning)) options.onWarning?.(warning)
      return objectOf(answer)
    },
    async patch(reference, operations, options) {
      const path = await pathOf(reference)
      return objectOf(
        await call({
          method: 'PATCH',
          path,
          query: { fieldManager, ...dryRunOf(options) },
          contentType: 'application/json-patch+json',
          body: JSON.stringify(operations),
        }),
      )
    },
    async delete(reference, options) {
      const path = await pathOf(reference)
      const propagationPolicy = options?.isForeground === true ? 'Foreground' : 'Background'
      const query = { propagationPolicy, ...dryRunOf(options) }
      await unlessAbsent(() => call({ method: 'DELETE', path, query }))
    },
  }
}

function dryRunOf(options: WriteOptions | undefined): Readonly<Record<string, string>> {
  return options?.isDryRun === true ? { dryRun: 'All' } : {}
}

function applyRequest(path: string, object: KubernetesObject, options: ApplyOptions): ApiRequest {
  return {
    method: 'PATCH',
    path,
    query: {
      fieldManager,
      force: String(options.isForced),
      // A misspelt field is an error, not something to be dropped in silence.
      fieldValidation: 'Strict',
      ...dryRunOf(options),
    },
    // JSON is YAML.
    contentType: 'application/apply-patch+yaml',
    body: JSON.stringify(object),
  }
}

async function callApi(
  { access, transport, warnings }: Connection,
  request: ApiRequest,
  ports: RetryPorts,
): Promise<ApiAnswer> {
  const attempt = async (): Promise<ApiAnswer> => {
    const answer = await answerOf(access, () => transport(request, ports.signal), ports.signal)
    if (answer.status >= 400) throw apiError(access, request, answer)
    for (const warning of warningsIn(answer.headers.warning)) warnings.add(warning)
    return answer
  }
  return retry(attempt, ports)
}

/** Whether an object that is there already is the one that an attempt without an answer has made. */
function hasContentOf(found: KubernetesObject, made: KubernetesObject): boolean {
  const content = ({ data, spec }: KubernetesObject): string => canonicalJson({ data, spec })
  return content(found) === content(made)
}

async function answerOf(
  access: ClusterAccess,
  send: () => Promise<ApiAnswer>,
  signal: AbortSignal,
): Promise<ApiAnswer> {
  try {
    return await send()
  } catch (error) {
    signal.throwIfAborted()
    // Errors of a credential plugin or a login say already what is wrong.
    if (error instanceof Error && 'explanation' in error) throw error
    throw connectionError(access, error)
  }
}

async function findResource(
  { resources }: Connection,
  type: { readonly apiVersion: string; readonly kind: string },
  call: Call,
): Promise<Resource | undefined> {
  const listing = resources.get(type.apiVersion) ?? discover(type.apiVersion, call)
  resources.set(type.apiVersion, listing)
  try {
    const found = (await listing).find(({ kind }) => kind === type.kind)
    // A custom resource definition may just be about to appear.
    if (found === undefined) resources.delete(type.apiVersion)
    return found
  } catch (error) {
    resources.delete(type.apiVersion)
    throw error
  }
}

async function discover(apiVersion: string, call: Call): Promise<readonly Resource[]> {
  const answer = await unlessAbsent(() => call({ method: 'GET', path: groupPath(apiVersion) }))
  return answer === undefined ? [] : parseResources(jsonOf(answer))
}

async function readVersion(call: Call): Promise<string> {
  return parseVersion(jsonOf(await call({ method: 'GET', ...capabilityRequests.version })))
}

async function readCapabilities(call: Call): Promise<Capabilities> {
  const { version, core, groups } = capabilityRequests
  const answers = await Promise.all(
    [version, core, groups].map(async (request) =>
      jsonOf(await call({ method: 'GET', ...request })),
    ),
  )
  return parseCapabilities({
    version: answers[0] ?? {},
    core: answers[1] ?? {},
    groups: answers[2] ?? {},
  })
}

async function known(
  resourceOf: Cluster['resourceOf'],
  type: { readonly apiVersion: string; readonly kind: string },
): Promise<Resource> {
  const resource = await resourceOf(type)
  if (resource === undefined) throw new UnknownKindError(type.apiVersion, type.kind)
  return resource
}

/** The server does not serve a kind; callers that take kinds from users ask before. */
export class UnknownKindError extends Error {
  constructor(apiVersion: string, kind: string) {
    super(`The cluster does not know the kind "${kind}" of "${apiVersion}"`)
    this.name = 'UnknownKindError'
  }
}

async function unlessAbsent<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call()
  } catch (error) {
    if (hasStatus(error, 404)) return undefined
    throw error
  }
}

async function askReview(
  { apiGroup, kind, spec }: ReviewQuestion,
  call: Call,
): Promise<JsonObject> {
  const apiVersion = `${apiGroup}/v1`
  const path = `${groupPath(apiVersion)}/${kind.toLowerCase()}s`
  const body = JSON.stringify({ apiVersion, kind, spec })
  return jsonOf(await call({ method: 'POST', path, body }))
}

async function readLogs(
  { namespace, pod, container, tailLines, isPrevious }: LogQuery,
  call: Call,
): Promise<string | undefined> {
  try {
    const answer = await call({
      method: 'GET',
      path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`,
      query: {
        container,
        tailLines: tailLines.toFixed(0),
        limitBytes: logLimitBytes.toFixed(0),
        ...(isPrevious ? { previous: 'true' } : {}),
      },
      accept: 'text/plain, application/json',
    })
    return answer.text
  } catch (error) {
    // A container that has not started has no log (400); a pod may be gone (404).
    if (hasStatus(error, 400, 404)) return undefined
    throw error
  }
}
