import { createPublicKey, verify } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { type Server, createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createAuthority } from '../authority.ts'
import { createTokenHandler } from './token-server.ts'

let folder: string
let certificate: string
let server: Server
let url: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oke-tokens-'))
  const authority = await createAuthority(folder)
  const pair = await authority.issue('tokens', { commonName: 'tokens', hosts: ['127.0.0.1'] })
  certificate = await readFile(pair.certificateFile, 'utf8')
  server = createServer(
    createTokenHandler({
      service: 'registry',
      issuer: 'issuer',
      lifetimeSeconds: 60,
      users: [
        { name: 'writer', password: 'secret', actions: ['pull', 'push'] },
        { name: 'reader', password: 'secret', actions: ['pull'] },
      ],
      certificate,
      key: await readFile(pair.keyFile, 'utf8'),
    }),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}/token`
})

afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true })
})

describe('createTokenHandler', () => {
  it.each([
    {
      name: 'gives what is asked for',
      user: 'writer',
      asked: 'pull,push',
      given: ['pull', 'push'],
    },
    {
      name: 'gives no more than the user has',
      user: 'reader',
      asked: 'pull,push',
      given: ['pull'],
    },
    { name: 'gives no more than is asked for', user: 'writer', asked: 'pull', given: ['pull'] },
  ])('$name', async ({ user, asked, given }) => {
    const response = await ask(`${user}:secret`, `repository:team/app:${asked}`)
    const { token } = (await response.json()) as { readonly token: string }
    expect(claims(token)).toMatchObject({
      iss: 'issuer',
      aud: 'registry',
      sub: user,
      access: [{ type: 'repository', name: 'team/app', actions: given }],
    })
  })

  it('signs with the key of its certificate', async () => {
    const response = await ask('writer:secret', 'repository:team/app:pull')
    const { token } = (await response.json()) as { readonly token: string }
    const [header = '', body = '', signature = ''] = token.split('.')
    const key = { key: createPublicKey(certificate), dsaEncoding: 'ieee-p1363' as const }
    const signed = Buffer.from(`${header}.${body}`)
    expect(verify('sha256', signed, key, Buffer.from(signature, 'base64url'))).toBe(true)
  })

  it.each(['writer:wrong', 'nobody:secret', 'writer', ''])('refuses "%s"', async (credentials) => {
    await expect(ask(credentials, 'repository:app:pull')).resolves.toHaveProperty('status', 401)
  })
})

async function ask(credentials: string, scope: string): Promise<Response> {
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`
  const query = new URLSearchParams({ service: 'registry', scope })
  return fetch(`${url}?${query.toString()}`, { headers: { authorization } })
}

function claims(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
}
