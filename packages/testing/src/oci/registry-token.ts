import type { FakeService } from './service.ts'
import { isAllowed, notFound } from './service.ts'

/** The token endpoint of OCIR: gives what the caller may do at this moment. */
export function fakeRegistryToken(tokenOf: (principal: string) => string): FakeService {
  return ({ method, path, caller }) => {
    if (method !== 'GET' || path !== '/20180419/docker/token') return undefined
    if (!isAllowed(caller, 'read', 'repos')) return notFound
    return { status: 200, body: { token: tokenOf(caller.principal), expires_in: 3600 } }
  }
}
