import { failure, isAllowed, notFound, queryProblem } from './service.ts'
import type { FakeService } from './service.ts'

/** A tenancy, as Object Storage and Identity know it. */
export interface FakeTenancy {
  readonly id: string
  readonly name: string
  readonly namespace: string
}

/** `GetNamespace` of Object Storage, which needs no policy, and `GetTenancy` of Identity. */
export function fakeTenancy({ id, name, namespace }: FakeTenancy): FakeService {
  return (request) => {
    const { method, path } = request
    const isOfTenancies = path.startsWith('/20160918/tenancies/')
    if (path !== '/n' && !isOfTenancies) return undefined
    if (method !== 'GET') return failure(405, 'MethodNotAllowed', method)
    if (path === '/n') {
      return queryProblem(request, [], ['compartmentId']) ?? { status: 200, body: json(namespace) }
    }
    const isKnown = decodeURIComponent(path) === `/20160918/tenancies/${id}`
    if (!isKnown || !isAllowed(request.caller, 'inspect', 'tenancies')) return notFound
    return { status: 200, body: { id, name, homeRegionKey: 'IAD', description: name } }
  }
}

/** A text alone as JSON, as the service gives it. */
function json(text: string): string {
  return JSON.stringify(text)
}
