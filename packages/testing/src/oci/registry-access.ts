import type { OpenService } from './fake-oci.ts'
import type { OciRequest, OciResponse } from './oci-request.ts'
import { isAllowed } from './service.ts'

/** Whom the gate of OCIR lets in: what each token was allowed to do when it was made. */
export interface FakeRegistryAccess {
  /** With the namespace: `acme/team/app`. */
  readonly repositories: readonly string[]
  readonly rights: Readonly<Record<string, readonly string[]>>
}

/**
 * The gate in front of OCIR, which decides whether a token may read or write before it looks
 * whether there is anything. What comes behind the gate is empty: images are for real registries.
 */
export function fakeRegistryAccess(access: FakeRegistryAccess): OpenService {
  const uploads = new Set<string>()
  return (request) => {
    const [, repository = '', rest = ''] =
      /^\/v2\/(.+?)\/(manifests\/.+|blobs\/uploads\/.*)$/.exec(request.target) ?? []
    if (repository === '') return undefined
    const verb = request.method === 'GET' ? 'read' : 'manage'
    const refusal = refusalOf(request, verb, access)
    if (refusal !== undefined) return refusal
    if (!access.repositories.includes(repository)) return problem(404, 'NAME_UNKNOWN')
    if (verb === 'read') return problem(404, 'MANIFEST_UNKNOWN')
    return upload(request, repository, { rest, uploads })
  }
}

function refusalOf(
  { headers }: OciRequest,
  verb: string,
  { rights }: FakeRegistryAccess,
): OciResponse | undefined {
  const token = (headers.authorization ?? '').replace('Bearer ', '')
  const grants = rights[token]
  if (grants === undefined) return problem(401, 'UNAUTHORIZED')
  const isLetIn = isAllowed({ principal: '', grants }, verb, 'repos')
  return isLetIn ? undefined : problem(403, 'DENIED')
}

function upload(
  { method }: OciRequest,
  repository: string,
  { rest, uploads }: { readonly rest: string; readonly uploads: Set<string> },
): OciResponse {
  if (method === 'POST') {
    const id = `upload-${uploads.size.toFixed(0)}`
    uploads.add(id)
    return { status: 202, headers: { location: `/v2/${repository}/blobs/uploads/${id}` }, body: '' }
  }
  const id = rest.split('/').at(-1) ?? ''
  return uploads.delete(id) ? { status: 204 } : problem(404, 'BLOB_UPLOAD_UNKNOWN')
}

function problem(status: number, code: string): OciResponse {
  return { status, body: { errors: [{ code, message: code.toLowerCase() }] } }
}
