import { verify } from 'node:crypto'
import type { OciResponse } from './oci-request.ts'
import { bodyOf, failure, isAllowed, notFound, pageOf, queryProblem } from './service.ts'
import type { FakeService, ServiceRequest } from './service.ts'
import { paddingOf } from './vault.ts'
import type { FakeVaultKey } from './vault.ts'

/** An image of a repository, as the Artifacts API has it. */
export interface FakeSignedImage {
  readonly id: string
  readonly compartmentId: string
  readonly namespace: string
  readonly repositoryName: string
  readonly digest: string
}

/** A signature that was uploaded. */
export interface FakeImageSignature {
  readonly compartmentId: string
  readonly imageId: string
  readonly kmsKeyId: string
  readonly kmsKeyVersionId: string
  readonly message: string
  readonly signature: string
  readonly signingAlgorithm: string
}

/** Images, the keys that sign them, and the signatures that are kept. */
export interface FakeSignaturesState {
  readonly region: string
  readonly images: readonly FakeSignedImage[]
  readonly keys: readonly FakeVaultKey[]
  readonly signatures: FakeImageSignature[]
}

const path = '/20160918/container/imageSignatures'
const lookup = '/20160918/container/images/actions/lookupImageByUri'
const filters = [
  'compartmentIdInSubtree',
  'imageId',
  'kmsKeyId',
  'kmsKeyVersionId',
  'limit',
  'page',
]
const names = [
  'compartmentId',
  'imageId',
  'kmsKeyId',
  'kmsKeyVersionId',
  'message',
  'signature',
  'signingAlgorithm',
] as const

/** The part of the Artifacts API for signatures, and for images by digest: put it before the rest. */
export function fakeContainerSignatures(state: FakeSignaturesState): FakeService {
  return (request) => {
    if (request.path === lookup) return lookUp(request, state)
    if (request.path !== path) return undefined
    if (request.method === 'GET') return list(request, state)
    if (request.method === 'POST') return create(request, state)
    return failure(405, 'MethodNotAllowed', request.method)
  }
}

/** By `<namespace>/<repository>@<digest>`; by tag is for others to answer. */
function lookUp(request: ServiceRequest, { images }: FakeSignaturesState): OciResponse | undefined {
  const uri = String(bodyOf(request)?.imageUri)
  if (!uri.includes('@')) return undefined
  const found = images.find(
    ({ namespace, repositoryName, digest }) => uri === `${namespace}/${repositoryName}@${digest}`,
  )
  if (found === undefined || !isAllowed(request.caller, 'read', 'repos')) return notFound
  return { status: 200, body: { ...found, lifecycleState: 'AVAILABLE' } }
}

function list(request: ServiceRequest, { signatures }: FakeSignaturesState): OciResponse {
  const problem = queryProblem(request, ['compartmentId'], filters)
  if (problem !== undefined) return problem
  if (!isAllowed(request.caller, 'read', 'repos')) return notFound
  const wanted = ['compartmentId', 'imageId', 'kmsKeyId', 'kmsKeyVersionId'] as const
  const found = signatures.filter((signature) =>
    wanted.every((name) => [null, signature[name]].includes(request.query.get(name))),
  )
  return pageOf(request, found)
}

function create(request: ServiceRequest, state: FakeSignaturesState): OciResponse {
  const body = bodyOf(request) ?? {}
  const missing = names.find((name) => typeof body[name] !== 'string' || body[name] === '')
  if (missing !== undefined) return failure(400, 'MissingParameter', missing)
  const unknown = Object.keys(body).find((name) => !names.some((known) => known === name))
  if (unknown !== undefined) return failure(400, 'InvalidParameter', unknown)
  if (!isAllowed(request.caller, 'manage', 'repos')) return notFound
  const signature = body as unknown as FakeImageSignature
  const problem = problemWith(signature, state)
  if (problem !== undefined) return failure(400, 'InvalidParameter', problem)
  state.signatures.push(signature)
  const id = `ocid1.containerimagesignature.oc1.iad.${state.signatures.length.toFixed(0)}`
  return { status: 200, body: { id, ...signature } }
}

/** What the image verification policy of OKE would not accept. */
function problemWith(uploaded: FakeImageSignature, state: FakeSignaturesState): string | undefined {
  const image = state.images.find(({ id }) => id === uploaded.imageId)
  const key = state.keys.find(
    ({ id, version }) => id === uploaded.kmsKeyId && version === uploaded.kmsKeyVersionId,
  )
  if (image === undefined || key === undefined) return 'imageId or kmsKeyId'
  const { signingAlgorithm } = uploaded
  if (!/^SHA_(224|256|384|512)_RSA_PKCS_PSS$/.test(signingAlgorithm)) return 'signingAlgorithm'
  const message = Buffer.from(uploaded.message, 'base64')
  if (message.toString() !== messageAbout(image, uploaded, state)) return 'message'
  const options = { key: key.publicKey, ...paddingOf(signingAlgorithm) }
  const isSigned = verify('sha256', message, options, Buffer.from(uploaded.signature, 'base64'))
  return isSigned ? undefined : 'signature'
}

/** As the OCI CLI writes it, `oci artifacts container image-signature sign-upload`. */
function messageAbout(
  { digest, repositoryName }: FakeSignedImage,
  { kmsKeyId, kmsKeyVersionId, signingAlgorithm }: FakeImageSignature,
  { region }: FakeSignaturesState,
): string {
  return `{"description":"","imageDigest":"${digest}","kmsKeyId":"${kmsKeyId}","kmsKeyVersionId":"${kmsKeyVersionId}","metadata":"","region":"${region}","repositoryName":"${repositoryName}","signingAlgorithm":"${signingAlgorithm}"}`
}
