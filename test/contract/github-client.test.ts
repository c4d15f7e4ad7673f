import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startFakeGitHub } from '@oke-pipeline/testing'
import { root } from '../../scripts/actions.ts'
import { bundleFile } from '../../scripts/bundle/bundle-file.ts'
import { runProgram } from '../../scripts/run-program.ts'

const source = join(root, 'node_modules', `.github-client-${process.pid}.mjs`)
let folder = ''

// As packages/github makes it: with a fetch of its own.
const program = `import { getOctokit } from '@actions/github'
const octokit = getOctokit(process.env.TOKEN, {
  baseUrl: process.env.GITHUB_API_URL,
  request: { fetch: (url, options) => fetch(url, options) },
})
const target = { owner: 'acme', repo: 'hello', issue_number: 7 }
await octokit.rest.issues.createComment({ ...target, body: 'hi' })
const all = await octokit.paginate(octokit.rest.issues.listComments, { ...target, per_page: 1 })
console.log(all.map(({ body }) => body).join(' '))
`

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'github-client-'))
  await writeFile(source, program)
  await bundleFile(source, folder)
}, 60_000)

afterAll(async () => {
  await rm(source, { force: true })
  await rm(folder, { recursive: true, force: true })
})

describe('a bundle that calls GitHub', () => {
  it('does so through the fetch of Node.js, page by page', async () => {
    await using server = await startFakeGitHub({ permissions: { 'pull-requests': 'write' } })
    server.repository.addComment(7, 'ho')
    const environment = { ...server.environment, TOKEN: server.token }
    const ended = await runProgram(process.execPath, [join(folder, 'index.mjs')], { environment })
    expect(ended).toMatchObject({ exitCode: 0, output: 'ho hi\n' })
    expect(server.requests.map(({ operation }) => operation)).toEqual([
      'create-comment',
      'list-comments',
      'list-comments',
    ])
  })

  it('brings no HTTP client of its own', async () => {
    const bundle = await readFile(join(folder, 'index.mjs'))
    expect(bundle.byteLength).toBeLessThan(250 * 1024)
  })
})
