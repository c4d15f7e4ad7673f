import type { OciResponse } from './oci-request.ts'
import { bodyOf, failure, isAllowed, notFound, once, pageOf, queryProblem } from './service.ts'
import type { FakeService, ServiceRequest } from './service.ts'

/** A container scan recipe, as the API's model has it. */
export interface FakeScanRecipe {
  readonly id: string
  readonly compartmentId: string
  readonly displayName: string
  readonly scanSettings: { readonly scanLevel: 'STANDARD' | 'NONE' }
  readonly lifecycleState?: string
}

/** A container scan target, as the API's model has it. */
export interface FakeScanTarget {
  readonly id: string
  readonly compartmentId: string
  readonly displayName: string
  readonly containerScanRecipeId: string
  readonly targetRegistry: {
    readonly type: 'OCIR'
    readonly compartmentId: string
    /** None stands for all of the compartment. */
    readonly repositories?: readonly string[]
  }
  readonly lifecycleState?: string
}

/** What Vulnerability Scanning of a tenancy knows, and how it behaves. */
export interface FakeScanTargetsState {
  targets: readonly FakeScanTarget[]
  recipes: readonly FakeScanRecipe[]
  /** The repositories of the registry, by compartment. */
  readonly repositories: Readonly<Record<string, readonly string[]>>
  /** Compartments whose targets and recipes may not be seen; their repositories are taken all the same. */
  readonly hidden?: readonly string[]
  /** How often a target that was made or changed is read until its work request is done. */
  readonly readsUntilDone?: number
  /** What a target that was made becomes; `ACTIVE` by default. */
  readonly becomes?: string
}

const base = '/20210215'
const listFilters = ['lifecycleState', 'displayName', 'limit', 'page', 'sortOrder', 'sortBy']

/** Kinds of things, and what permissions on them are called. */
const kinds = {
  containerScanTargets: { type: 'container-scan-targets', prefix: 'VSS_CONTAINERSCANTARGET' },
  containerScanRecipes: { type: 'container-scan-recipes', prefix: 'VSS_CONTAINERSCANRECIPE' },
} as const

type Kind = keyof typeof kinds

/** Which verb has a permission. */
const verbs = { INSPECT: 'inspect', READ: 'read', UPDATE: 'use', CREATE: 'manage' } as const

/** OCI Vulnerability Scanning: container scan targets, and the recipes by which they are scanned. */
export function fakeScanTargets(state: FakeScanTargetsState): FakeService {
  const done = new Map<string, OciResponse>()
  const pending = new Map<string, Pending>()
  const world = { state, pending }
  return (request) => {
    const [, kind = '', id] =
      new RegExp(`^${base}/([a-zA-Z]+)(?:/([^/]+))?$`).exec(request.path) ?? []
    if (!isKind(kind)) return undefined
    if (id !== undefined) return one(request, kind, { ...world, id: decodeURIComponent(id) })
    if (request.method === 'GET') return list(request, kind, state)
    if (request.method !== 'POST') return failure(405, 'MethodNotAllowed', request.method)
    return once(request, done, () =>
      kind === 'containerScanTargets' ? createTarget(request, world) : createRecipe(request, state),
    )
  }
}

/** What a work request has still to do to a target. */
interface Pending {
  readsLeft: number
  readonly becomes: FakeScanTarget
}

interface World {
  readonly state: FakeScanTargetsState
  readonly pending: Map<string, Pending>
}

function isKind(kind: string): kind is Kind {
  return Object.hasOwn(kinds, kind)
}

/** By the verb of a policy, or by the very permission, as policies may list them. */
function may({ caller }: ServiceRequest, kind: Kind, does: keyof typeof verbs): boolean {
  const { type, prefix } = kinds[kind]
  return (
    caller.grants.includes(`${prefix}_${does}`) ||
    [type, 'vss-family'].some((resource) => isAllowed(caller, verbs[does], resource))
  )
}

function list(request: ServiceRequest, kind: Kind, state: FakeScanTargetsState): OciResponse {
  const problem = queryProblem(request, ['compartmentId'], listFilters)
  if (problem !== undefined) return problem
  const compartment = request.query.get('compartmentId') ?? ''
  const isHidden = state.hidden?.includes(compartment) === true
  if (isHidden || !may(request, kind, 'INSPECT')) return notFound
  const things = kind === 'containerScanTargets' ? state.targets : state.recipes
  const name = request.query.get('displayName')
  const found = things.filter(
    ({ compartmentId, displayName }) =>
      compartmentId === compartment && (name === null || name === displayName),
  )
  // The summaries of recipes do not say what they scan.
  return pageOf(
    request,
    found.map((thing) => ({ lifecycleState: 'ACTIVE', ...thing, scanSettings: undefined })),
  )
}

function one(
  request: ServiceRequest,
  kind: Kind,
  world: World & { readonly id: string },
): OciResponse {
  const { state, id } = world
  const things = kind === 'containerScanTargets' ? state.targets : state.recipes
  const found = things.find((thing) => thing.id === id)
  if (found === undefined || state.hidden?.includes(found.compartmentId) === true) return notFound
  if (request.method === 'PUT' && 'targetRegistry' in found) return update(request, found, world)
  if (request.method !== 'GET') return failure(405, 'MethodNotAllowed', request.method)
  if (!may(request, kind, 'READ')) return notFound
  const now = 'targetRegistry' in found ? afterWork(found, world) : found
  return { status: 200, headers: { etag: etagOf(now) }, body: { lifecycleState: 'ACTIVE', ...now } }
}

/** A work request gets done between two looks at the target. */
function afterWork(target: FakeScanTarget, { state, pending }: World): FakeScanTarget {
  const work = pending.get(target.id)
  if (work === undefined) return target
  if (work.readsLeft > 0) {
    work.readsLeft -= 1
    return target
  }
  pending.delete(target.id)
  replace(state, work.becomes)
  return work.becomes
}

function replace(state: FakeScanTargetsState, target: FakeScanTarget): void {
  state.targets = [...state.targets.filter(({ id }) => id !== target.id), target]
}

function etagOf(thing: unknown): string {
  return Buffer.from(JSON.stringify(thing)).toString('base64url').slice(-40)
}

function createTarget(request: ServiceRequest, { state, pending }: World): OciResponse {
  if (!may(request, 'containerScanTargets', 'CREATE')) return notFound
  const body = bodyOf(request) ?? {}
  const { displayName, compartmentId, containerScanRecipeId, targetRegistry, ...others } = body
  const unknown = Object.keys(others)[0]
  if (unknown !== undefined) return failure(400, 'InvalidParameter', unknown)
  if (!isCompartment(compartmentId) || typeof displayName !== 'string') {
    return failure(400, 'InvalidParameter', 'compartmentId, displayName')
  }
  if (!state.recipes.some(({ id }) => id === containerScanRecipeId)) {
    return failure(400, 'RelatedResourceNotAuthorizedOrNotFound', 'containerScanRecipeId')
  }
  const problem = registryProblem(targetRegistry, state, undefined)
  if (problem !== undefined) return problem
  const isNamed = existing(state).some(
    (one) => one.displayName === displayName && one.compartmentId === compartmentId,
  )
  if (isNamed) {
    return failure(409, 'Conflict', `Target ${displayName} already exists`)
  }
  const target = {
    ...{
      id: `ocid1.vsscontainerscantarget.oc1.iad.${String(state.targets.length + 1)}`,
      displayName,
    },
    ...{ compartmentId, containerScanRecipeId: String(containerScanRecipeId) },
    targetRegistry: targetRegistry as FakeScanTarget['targetRegistry'],
  }
  const creating = { ...target, lifecycleState: 'CREATING' }
  const becomes = { ...target, lifecycleState: state.becomes ?? 'ACTIVE' }
  replace(state, creating)
  pending.set(target.id, { readsLeft: state.readsUntilDone ?? 0, becomes })
  return { status: 200, headers: { etag: etagOf(creating) }, body: creating }
}

/** Answers without a body, as the API does. */
function update(
  request: ServiceRequest,
  target: FakeScanTarget,
  { state, pending }: World,
): OciResponse {
  if (!may(request, 'containerScanTargets', 'UPDATE')) return notFound
  const { targetRegistry, ...others } = bodyOf(request) ?? {}
  const unknown = Object.keys(others)[0]
  if (unknown !== undefined) return failure(400, 'InvalidParameter', unknown)
  if (request.headers['if-match'] !== etagOf(target)) {
    return failure(412, 'NoEtagMatch', 'The etag does not match')
  }
  const problem = registryProblem(targetRegistry, state, target)
  if (problem !== undefined) return problem
  const registry = targetRegistry as FakeScanTarget['targetRegistry']
  const becomes = { ...target, targetRegistry: registry, lifecycleState: 'ACTIVE' }
  pending.set(target.id, { readsLeft: state.readsUntilDone ?? 0, becomes })
  return { status: 202, headers: { 'opc-work-request-id': 'ocid1.vssworkrequest.oc1.iad.1' } }
}

/** What is deleted is listed for a while, and in nobody's way. */
function existing({ targets }: FakeScanTargetsState): readonly FakeScanTarget[] {
  return targets.filter(({ lifecycleState }) => lifecycleState !== 'DELETED')
}

/** Every repository has to be in the compartment, and in no other target. */
function registryProblem(
  value: unknown,
  state: FakeScanTargetsState,
  own: FakeScanTarget | undefined,
): OciResponse | undefined {
  if (typeof value !== 'object' || value === null)
    return failure(400, 'InvalidParameter', 'targetRegistry')
  const {
    type,
    compartmentId,
    repositories = [],
    ...others
  } = value as Readonly<Record<string, unknown>>
  const isKnown = type === 'OCIR' && isCompartment(compartmentId) && Array.isArray(repositories)
  if (!isKnown || Object.keys(others).length > 0)
    return failure(400, 'InvalidParameter', 'targetRegistry')
  const there = state.repositories[compartmentId] ?? []
  const missing = (repositories as readonly string[]).find((name) => !there.includes(name))
  if (missing !== undefined) return failure(400, 'InvalidParameter', `No repository ${missing}`)
  const taken = existing(state).some(
    ({ id, targetRegistry }) =>
      id !== own?.id &&
      targetRegistry.compartmentId === compartmentId &&
      targetRegistry.repositories?.some((name) => repositories.includes(name)) === true,
  )
  return taken ? failure(409, 'Conflict', 'A repository is in another target already') : undefined
}

function createRecipe(request: ServiceRequest, state: FakeScanTargetsState): OciResponse {
  if (!may(request, 'containerScanRecipes', 'CREATE')) return notFound
  const { displayName, compartmentId, scanSettings, ...others } = bodyOf(request) ?? {}
  const scanLevel = levelOf(scanSettings)
  const isNamed = isCompartment(compartmentId) && typeof displayName === 'string'
  if (!isNamed || scanLevel === undefined || Object.keys(others).length > 0) {
    return failure(400, 'InvalidParameter', 'CreateContainerScanRecipeDetails')
  }
  const recipe: FakeScanRecipe = {
    id: `ocid1.vsscontainerscanrecipe.oc1.iad.${String(state.recipes.length + 1)}`,
    ...{ compartmentId, displayName, scanSettings: { scanLevel } },
  }
  state.recipes = [...state.recipes, recipe]
  return { status: 200, body: { lifecycleState: 'ACTIVE', ...recipe } }
}

type Level = FakeScanRecipe['scanSettings']['scanLevel']

function levelOf(settings: unknown): Level | undefined {
  const value: unknown = settings === null ? undefined : Reflect.get(Object(settings), 'scanLevel')
  return (['STANDARD', 'NONE'] as const).find((level) => level === value)
}

function isCompartment(value: unknown): value is string {
  return /^ocid1\.(compartment|tenancy)\./.test(String(value))
}
