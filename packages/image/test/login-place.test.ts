import { describe, expect, it } from '@jest/globals'
import { authorization } from '../src/registry/authorization.ts'
import { copyPorts } from './copy-ports.ts'

/** Addresses of the hosts of this test: three networks of somebody. */
const addresses: Readonly<Record<string, readonly string[]>> = {
  'registry.example': ['203.0.113.9'],
  'auth.example': ['203.0.113.10'],
  'sneaky.example': ['10.0.0.7'],
  'registry.corp': ['10.0.0.5'],
  'auth.corp': ['10.0.0.6'],
}

interface Question {
  readonly registry: string
  readonly realm: string
  readonly loginHosts?: readonly string[]
}

/** Where the credentials went, or how it was refused. */
async function loginAt({ registry, realm, loginHosts }: Question): Promise<string> {
  const asked: URL[] = []
  const ports = {
    ...copyPorts(),
    resolve: (name: string) => Promise.resolve(addresses[name] ?? []),
    http: {
      request({ url }: { readonly url: URL }) {
        asked.push(url)
        return Promise.resolve(new Response('{"token":"abc"}'))
      },
    },
  }
  const credentials = { username: 'ci', password: 'secret-text' }
  const access = {
    registry,
    repository: 'app',
    actions: 'pull,push',
    credentials,
    loginHosts,
  } as const
  const login = authorization(access, ports)
  const headers = { 'www-authenticate': `Bearer realm="${realm}"` }
  login.renew(new Response(null, { status: 401, headers }), undefined)
  try {
    await login.value()
  } catch (error) {
    expect(error).toMatchObject({
      name: 'ServiceError',
      title: `Registry "${registry}" names a login service that is not on its side`,
      isRetryable: false,
    })
    expect(String(error)).not.toContain('secret-text')
    expect(asked).toEqual([])
    return 'refused'
  }
  return asked.map(({ host }) => host).join()
}

describe('the login of a registry', () => {
  it.each([
    { registry: 'registry.example', realm: 'https://127.0.0.1/token' },
    { registry: 'registry.example', realm: 'https://[::1]:8443/token' },
    { registry: 'registry.example', realm: 'https://localhost/token' },
    { registry: 'registry.example', realm: 'https://169.254.169.254/opc/v2' },
    { registry: 'registry.example', realm: 'https://10.0.0.1/token' },
    { registry: 'registry.example', realm: 'https://2130706433/token' },
    { registry: 'registry.example', realm: 'https://sneaky.example/token' },
    { registry: 'registry.corp', realm: 'https://169.254.169.254/token' },
    { registry: 'registry.corp', realm: 'https://127.0.0.1/token' },
    { registry: '127.0.0.1:5000', realm: 'https://169.254.169.254/token' },
  ])('of $registry is refused at $realm', async (question) => {
    expect(await loginAt(question)).toBe('refused')
  })

  it.each([
    { registry: 'registry.example', realm: 'https://auth.example/token', at: 'auth.example' },
    { registry: 'registry.corp', realm: 'https://auth.corp/token', at: 'auth.corp' },
    { registry: 'registry.corp', realm: 'https://registry.corp:8443/t', at: 'registry.corp:8443' },
    { registry: '10.0.0.5:5000', realm: 'https://10.0.0.6/token', at: '10.0.0.6' },
    { registry: '127.0.0.1:5000', realm: 'http://127.0.0.1:5001/token', at: '127.0.0.1:5001' },
    { registry: 'unknown.example', realm: 'https://auth.example/token', at: 'auth.example' },
  ])('of $registry is made at $realm', async ({ at, ...question }) => {
    expect(await loginAt(question)).toBe(at)
  })

  it('is made at a private address that was allowed, and at no other port of it', async () => {
    const loginHosts = ['10.0.0.7:8443']
    const registry = 'registry.example'
    expect(await loginAt({ registry, realm: 'https://10.0.0.7:8443/t', loginHosts })).toBe(
      '10.0.0.7:8443',
    )
    expect(await loginAt({ registry, realm: 'https://10.0.0.7/t', loginHosts })).toBe('refused')
  })
})
