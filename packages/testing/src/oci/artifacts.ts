import type { OciResponse } from './oci-request.ts'
import { bodyOf, failure, isAllowed, notFound, once, pageOf, queryProblem } from './service.ts'
import type { FakeService, ServiceRequest } from './service.ts'

/** A container repository, as OCI's Artifacts API has it. */
export interface FakeRepository {
  readonly id: string
  readonly compartmentId: string
  readonly displayName: string
  readonly isImmutable: boolean
  readonly isPublic: boolean
  readonly readme?: { readonly content: string; readonly format: string }
  /** `AVAILABLE` by default. */
  readonly lifecycleState?: 'AVAILABLE' | 'DELETING' | 'DELETED'
}

/** An image of a repository, and when it was given each tag. */
export interface FakeImage {
  /** Needed where images are listed. */
  readonly id?: string
  readonly repositoryName: string
  readonly digest: string
  readonly timeCreated: string
  readonly versions: readonly { readonly version: string; readonly timeCreated: string }[]
}

/** What the registry of a tenancy holds. */
export interface FakeArtifactsState {
  readonly tenancy: string
  readonly namespace: string
  readonly repositories: FakeRepository[]
  images?: readonly FakeImage[]
}

const base = '/20160918/container'
const lookup = `${base}/images/actions/lookupImageByUri`
const imageFilters = [
  'compartmentIdInSubtree',
  'displayName',
  'imageId',
  'isVersioned',
  'repositoryId',
  'repositoryName',
  'version',
  'lifecycleState',
  'limit',
  'page',
  'sortBy',
  'sortOrder',
]
const listFilters = [
  'compartmentIdInSubtree',
  'repositoryId',
  'displayName',
  'isPublic',
  'lifecycleState',
  'limit',
  'page',
  'sortBy',
  'sortOrder',
]

/** OCI's Artifacts API: container configuration and repositories. */
export function fakeArtifacts(state: FakeArtifactsState): FakeService {
  const done = new Map<string, OciResponse>()
  return (request) => {
    const { method, path } = request
    if (!path.startsWith(base)) return undefined
    if (method === 'GET' && path === `${base}/configuration`) return configuration(request, state)
    if (method === 'POST' && path === lookup) return lookUp(request, state)
    if (path.startsWith(`${base}/images`)) return imagesOf(request, state)
    if (method === 'POST' && path === `${base}/repositories`) {
      return once(request, done, () => create(request, state))
    }
    return repositoriesOf(request, state)
  }
}

function repositoriesOf(request: ServiceRequest, state: FakeArtifactsState): OciResponse {
  const { method, path } = request
  const id = path.slice(`${base}/repositories/`.length)
  if (method === 'GET' && path === `${base}/repositories`) return listRepositories(request, state)
  if (method === 'GET' && id !== '') return getRepository(request, state, id)
  return failure(405, 'MethodNotAllowed', `${method} ${path}`)
}

function imagesOf(request: ServiceRequest, state: FakeArtifactsState): OciResponse {
  if (request.path !== `${base}/images`) return oneImage(request, state)
  if (request.method === 'GET') return listImages(request, state)
  return failure(405, 'MethodNotAllowed', request.method)
}

function configuration(request: ServiceRequest, state: FakeArtifactsState): OciResponse {
  const problem = queryProblem(request, ['compartmentId'], [])
  if (problem !== undefined) return problem
  const isTenancy = request.query.get('compartmentId') === state.tenancy
  if (!isTenancy || !isAllowed(request.caller, 'inspect', 'repos')) return notFound
  return {
    status: 200,
    body: { isRepositoryCreatedOnFirstPush: false, namespace: state.namespace },
  }
}

function listRepositories(request: ServiceRequest, state: FakeArtifactsState): OciResponse {
  const problem = queryProblem(request, ['compartmentId'], listFilters)
  if (problem !== undefined) return problem
  if (!isAllowed(request.caller, 'inspect', 'repos')) return notFound
  const found = state.repositories.filter((repository) => isListed(repository, request, state))
  // The summaries of the list do not say whether a repository is immutable.
  return pageOf(
    request,
    found.map((repository) => ({
      lifecycleState: 'AVAILABLE',
      ...repository,
      isImmutable: undefined,
      readme: undefined,
    })),
  )
}

function isListed(
  { compartmentId, displayName }: FakeRepository,
  { query }: ServiceRequest,
  { tenancy }: FakeArtifactsState,
): boolean {
  const compartment = query.get('compartmentId')
  const isBelow = compartment === tenancy && query.get('compartmentIdInSubtree') === 'true'
  const name = query.get('displayName')
  return (isBelow || compartment === compartmentId) && (name === null || name === displayName)
}

function getRepository(
  request: ServiceRequest,
  { repositories, namespace }: FakeArtifactsState,
  id: string,
): OciResponse {
  const found = repositories.find((repository) => repository.id === id)
  if (found === undefined || !isAllowed(request.caller, 'read', 'repos')) return notFound
  return { status: 200, body: { lifecycleState: 'AVAILABLE', ...found, namespace } }
}

function create(request: ServiceRequest, state: FakeArtifactsState): OciResponse {
  if (!isAllowed(request.caller, 'manage', 'repos')) return notFound
  const body = bodyOf(request) ?? {}
  const problem = detailsProblem(body)
  if (problem !== undefined) return failure(400, 'InvalidParameter', problem)
  const { compartmentId, displayName, isImmutable, isPublic, readme } = body as NewRepository
  // Names are unique in the whole tenancy.
  if (state.repositories.some((repository) => repository.displayName === displayName)) {
    return failure(409, 'Conflict', `Repository ${displayName} already exists`)
  }
  const repository: FakeRepository = {
    id: `ocid1.containerrepo.oc1.iad.0.${state.namespace}.${state.repositories.length.toFixed(0)}`,
    compartmentId,
    displayName,
    isImmutable: isImmutable === true,
    isPublic: isPublic === true,
    ...(readme === undefined ? {} : { readme }),
  }
  state.repositories.push(repository)
  return { status: 200, body: { ...repository, namespace: state.namespace } }
}

type NewRepository = Pick<FakeRepository, 'compartmentId' | 'displayName' | 'readme'> &
  Partial<Pick<FakeRepository, 'isImmutable' | 'isPublic'>>

const detailChecks: Readonly<Record<string, (value: unknown) => boolean>> = {
  compartmentId: (value) => /^ocid1\.(compartment|tenancy)\./.test(String(value)),
  displayName: (value) => typeof value === 'string' && value !== '',
  isImmutable: (value) => ['boolean', 'undefined'].includes(typeof value),
  isPublic: (value) => ['boolean', 'undefined'].includes(typeof value),
  readme: (value) => value === undefined || isReadme(value),
}

/** What is wrong with a CreateContainerRepositoryDetails. */
function detailsProblem(body: Readonly<Record<string, unknown>>): string | undefined {
  const unknown = Object.keys(body).find((name) => detailChecks[name] === undefined)
  return unknown ?? Object.keys(detailChecks).find((name) => !detailChecks[name]?.(body[name]))
}

function isReadme(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { content, format, ...others } = value as Readonly<Record<string, unknown>>
  const isFormat = format === 'TEXT_MARKDOWN' || format === 'TEXT_PLAIN'
  return typeof content === 'string' && isFormat && Object.keys(others).length === 0
}

/** By `<namespace>/<repository>:<tag>`, or `…@<digest>`, as the API has it. */
function lookUp(
  request: ServiceRequest,
  { namespace, images = [], repositories }: FakeArtifactsState,
): OciResponse {
  const uri = bodyOf(request)?.imageUri
  const [, ns, name, digest, tag] =
    /^([^/]+)\/([^@:]+)(?:@(sha256:.+)|:([^:/]+))$/.exec(String(uri)) ?? []
  if (name === undefined) return failure(400, 'InvalidParameter', 'imageUri')
  const found = images.find(
    (image) =>
      image.repositoryName === name &&
      (image.digest === digest || image.versions.some(({ version }) => version === tag)),
  )
  if (found === undefined || ns !== namespace) return notFound
  if (!isAllowed(request.caller, 'read', 'repos')) return notFound
  const compartmentId = repositories.find(({ displayName }) => displayName === name)?.compartmentId
  return { status: 200, body: { compartmentId, ...found, lifecycleState: 'AVAILABLE' } }
}

/** The summaries of the list name the last tag only. */
function listImages(
  request: ServiceRequest,
  { images = [], repositories }: FakeArtifactsState,
): OciResponse {
  const problem = queryProblem(request, ['compartmentId'], imageFilters)
  if (problem !== undefined) return problem
  if (!isAllowed(request.caller, 'read', 'repos')) return notFound
  const { query } = request
  const repository = repositories.find(
    ({ id, compartmentId }) =>
      id === query.get('repositoryId') && compartmentId === query.get('compartmentId'),
  )
  const found = images.filter((image) => image.repositoryName === repository?.displayName)
  return pageOf(
    request,
    found.map(({ versions, ...image }) => ({
      ...image,
      ...{ version: versions.at(-1)?.version, lifecycleState: 'AVAILABLE' },
    })),
  )
}

function oneImage(request: ServiceRequest, state: FakeArtifactsState): OciResponse {
  const { method, path, caller } = request
  const { images = [] } = state
  const id = decodeURIComponent(path.slice(`${base}/images/`.length))
  const found = images.find((image) => image.id === id)
  const isDeletion = method === 'DELETE'
  if (!isDeletion && method !== 'GET') return failure(405, 'MethodNotAllowed', method)
  const isGranted = isAllowed(caller, isDeletion ? 'manage' : 'read', 'repos')
  if (found === undefined || !isGranted) return notFound
  if (!isDeletion) return { status: 200, body: { ...found, lifecycleState: 'AVAILABLE' } }
  state.images = images.filter((image) => image !== found)
  return { status: 204 }
}
