import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { root } from '../../scripts/actions.ts'
import { bundleFile } from '../../scripts/bundle/bundle-file.ts'
import { runProgram } from '../../scripts/run-program.ts'

const source = join(root, 'node_modules', `.oidc-token-${process.pid}.mjs`)
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oidc-token-'))
  await writeFile(
    source,
    "import { getIDToken } from '@actions/core'\nconsole.log(await getIDToken('https://audience'))\n",
  )
  await bundleFile(source, folder)
}, 60_000)

afterAll(async () => {
  await rm(source, { force: true })
  await rm(folder, { recursive: true, force: true })
})

/** Asks for a token from a service that gives these statuses in turn, and 200 afterwards. */
async function ask(statuses: readonly number[]): Promise<{
  readonly exitCode: number
  readonly output: string
  readonly requests: IncomingMessage[]
}> {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    response.statusCode = statuses[requests.push(request) - 1] ?? 200
    response.end(JSON.stringify({ value: 'the.token' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const environment = {
    ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${port}/token?api-version=1`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
  }
  const ended = await runProgram(process.execPath, [join(folder, 'index.mjs')], { environment })
  server.close()
  return { ...ended, requests }
}

describe('a bundle that asks the runner for an OIDC token', () => {
  it('sends the runner’s own token, and the audience', async () => {
    const { exitCode, output, requests } = await ask([])
    expect(exitCode).toBe(0)
    expect(output).toContain('::add-mask::the.token\nthe.token\n')
    expect(requests[0]?.headers.authorization).toBe('Bearer request-token')
    expect(requests[0]?.url).toBe('/token?api-version=1&audience=https%3A%2F%2Faudience')
  })

  it('asks again after a fault of the service', async () => {
    const { output, requests } = await ask([503, 500])
    expect(output).toContain('the.token')
    expect(requests).toHaveLength(3)
  })

  it('fails when it is refused, at once', async () => {
    const { exitCode, output, requests } = await ask([403])
    expect(exitCode).not.toBe(0)
    expect(output).toContain('403')
    expect(requests).toHaveLength(1)
  })
})
