import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, readFile } from 'node:fs/promises'
import { createServer, request as forward } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { currentLab } from '../../../test/setup/lab.ts'
import { makeWorld, serving } from './world.ts'
import type { Deployed, World } from './world.ts'

const run = promisify(execFile)
const lab = currentLab()
const archive = 'web-0.1.0.tgz'
const login = { 'chart-username': 'reader', 'chart-password': 'sesame-of-charts' }
const authorization = `Basic ${Buffer.from('reader:sesame-of-charts').toString('base64')}`

let world: World
let image = ''
let sha256 = ''
let index = ''
/** Has the chart as a chart repository does; lets only the reader read below /private. */
let repository: Server
/** Before the registry; lets only the reader in. */
let registry: Server
let requested: { readonly url: string; readonly authorization: string | undefined }[] = []

beforeAll(async () => {
  world = await makeWorld('origins')
  image = await world.image(serving, 'origins')
  const folder = join(world.folder, 'charts')
  await mkdir(folder)
  await cp(join(import.meta.dirname, 'fixtures/chart'), join(folder, 'chart'), { recursive: true })
  await helm('package', 'chart')
  await helm('repo', 'index', '.')
  const bytes = await readFile(join(folder, archive))
  sha256 = createHash('sha256').update(bytes).digest('hex')
  index = await readFile(join(folder, 'index.yaml'), 'utf8')
  repository = await listen((request, response) => {
    const url = request.url ?? ''
    requested.push({ url, authorization: request.headers.authorization })
    const isLetIn = !url.startsWith('/private/') || request.headers.authorization === authorization
    const answer = { 'index.yaml': index, [archive]: bytes }[url.split('/').at(-1) ?? '']
    response
      .writeHead(isLetIn ? (answer === undefined ? 404 : 200) : 401)
      .end(isLetIn ? answer : '')
  })
  registry = await listen((request, response) => {
    if (request.headers.authorization !== authorization) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="charts"' }).end()
      return
    }
    const { method, url, headers } = request
    const to = forward(`http://${world.registry}${url ?? ''}`, {
      method,
      headers: { ...headers, authorization: '' },
    })
    to.on('response', (from) => {
      response.writeHead(from.statusCode ?? 500, from.headers)
      from.pipe(response)
    })
    request.pipe(to)
  })
  await helm('push', archive, `oci://${world.registry}/charts`, '--plain-http')
}, 60_000)

beforeEach(() => {
  requested = []
})

afterAll(async () => {
  for (const server of [repository, registry]) {
    server.closeAllConnections()
    server.close()
  }
  await world.close()
})

function helm(...args: readonly string[]): Promise<{ readonly stderr: string }> {
  return run('helm', [...args], { env: lab.environment, cwd: join(world.folder, 'charts') })
}

async function listen(listener: RequestListener): Promise<Server> {
  const server = createServer(listener)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return server
}

function hostOf(server: Server): string {
  // An address of a pipe would be a text; this server listens on a port.
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

function plan(given: Readonly<Record<string, string>>): Promise<Deployed> {
  const common = { mode: 'plan', manifests: '', release: 'web', image, 'image-value': 'image' }
  return world.deploy({ ...common, ...given })
}

describe('deploy-oke with a chart of a chart repository', () => {
  function fromRepository(
    given: Readonly<Record<string, string>> = {},
    path = '',
  ): Promise<Deployed> {
    const url = `http://${hostOf(repository)}${path}`
    return plan({ chart: 'web', 'chart-repository': url, 'chart-version': '0.1.0', ...given })
  }

  it('takes it by its version, held to the digest of the index and to the one that is given', async () => {
    const { failure, summary, logged } = await fromRepository({
      'chart-digest': `sha256:${sha256}`,
    })
    expect(failure).toBe('')
    expect(summary.join()).toContain('Deployment/web')
    expect(logged.join('\n')).toContain(`/${archive} (sha256:${sha256})`)
  })

  it('logs in to it, by a header', async () => {
    const { failure, logged } = await fromRepository(login, '/private/')
    expect(failure).toBe('')
    expect(requested.map(({ url }) => url)).toEqual(['/private/index.yaml', `/private/${archive}`])
    expect(logged.join('\n')).not.toContain('sesame')
  })

  it('gives the login to no other host', async () => {
    const elsewhere = `http://localhost:${hostOf(repository).split(':')[1] ?? ''}/${archive}`
    const before = index
    index = index.replace(`- ${archive}`, `- ${elsewhere}`)
    const { failure } = await fromRepository(login)
    index = before
    expect(failure).toBe('')
    expect(requested).toEqual([
      { url: '/index.yaml', authorization },
      { url: `/${archive}`, authorization: undefined },
    ])
  })

  it.each([
    {
      name: 'a chart that it does not have',
      given: { chart: 'wob' },
      says: '"chart": wob is not in its repository, which has web',
    },
    {
      name: 'a version that it does not have',
      given: { 'chart-version': '9.9.9' },
      says: '"chart": web has no version 9.9.9 in its repository, which has 0.1.0',
    },
    {
      name: 'an archive with another digest',
      given: { 'chart-digest': `sha256:${'0'.repeat(64)}` },
      says: `has the SHA-256 `,
    },
    {
      name: 'a repository without an index',
      path: '/nothing.here/index.yaml/',
      says: '"chart": web cannot be looked up',
      index: 'no: [index',
    },
    {
      name: 'a repository that does not let it in',
      path: '/private',
      says: 'was answered with status 401. Give a login that may read it by "chart-username"',
    },
    {
      name: 'a version that is missing, and half a login, together',
      given: { 'chart-version': '', 'chart-username': 'reader' },
      says: '"chart-password": is required',
    },
  ])('refuses $name', async ({ given = {}, path, says, index: other }) => {
    const before = index
    index = other ?? index
    const { failure } = await fromRepository(given, path)
    index = before
    expect(failure).toContain(says)
  })

  it('notices an archive that is not the one of its index', async () => {
    const before = index
    index = index.replace(sha256, 'f'.repeat(64))
    const { failure } = await fromRepository()
    index = before
    expect(failure).toContain(`and the index of its repository says ${'f'.repeat(64)}`)
  })
})

describe('deploy-oke with a chart of a registry', () => {
  it('takes it by its digest', async () => {
    const { stdout } = await run(
      'crane',
      ['digest', '--insecure', `${world.registry}/charts/web:0.1.0`],
      { env: lab.environment },
    )
    const { failure, summary } = await plan({
      chart: `oci://${world.registry}/charts/web@${stdout.trim()}`,
    })
    expect(failure).toBe('')
    expect(summary.join()).toContain('Deployment/web')
  })

  it('logs in to it, from a file', async () => {
    const chart = `oci://${hostOf(registry)}/charts/web`
    const { failure, logged } = await plan({ chart, 'chart-version': '0.1.0', ...login })
    expect(failure).toBe('')
    expect(logged.join('\n')).not.toContain('sesame')
  })

  it.each([
    {
      name: 'a version that it does not have',
      path: 'web',
      version: '9.9.9',
      says: 'is not in its registry: check the name, and "chart-version"',
    },
    {
      name: 'a chart that it does not have',
      path: 'wob',
      version: '0.1.0',
      says: 'is not in its registry: check the name',
    },
  ])('says that the registry lacks $name', async ({ path, version, says }) => {
    const chart = `oci://${world.registry}/charts/${path}`
    expect((await plan({ chart, 'chart-version': version })).failure).toContain(says)
  })

  it('says that the registry does not let it in', async () => {
    const chart = `oci://${hostOf(registry)}/charts/web`
    expect((await plan({ chart, 'chart-version': '0.1.0' })).failure).toContain(
      'may not be read with the login that Helm has',
    )
  })
})
