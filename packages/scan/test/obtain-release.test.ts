import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { KeptTool, ToolStore } from '@oke-pipeline/core'
import { recordingRunner } from '@oke-pipeline/testing'
import { obtainRelease } from '../src/index.ts'
import type { ReleaseArchive } from '../src/scanner/scanner-releases.ts'

const run = promisify(execFile)

let folder = ''
let archive: ReleaseArchive
let server: Server
/** What the server answers with, one after the other; the last one stays. */
let answers: { readonly status: number; readonly body: Uint8Array | string }[] = []
let requested: string[] = []
let logged: readonly string[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'download-release-'))
  await Promise.all(['temp', 'workspace'].map((name) => mkdir(join(folder, name))))
  const bytes = await packedGrype()
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  answers = [{ status: 200, body: bytes }]
  requested = []
  server = createServer((request, response) => {
    requested.push(request.url ?? '')
    const [answer] = answers.length > 1 ? answers.splice(0, 1) : answers
    response.writeHead(answer?.status ?? 500).end(answer?.body)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const fileName = 'grype_9.9.9_linux_amd64.tar.gz'
  // An address of a pipe would be a text; this server listens on a port.
  const { port } = server.address() as AddressInfo
  const url = new URL(`http://127.0.0.1:${port}/releases/v9.9.9/${fileName}`)
  archive = { scanner: 'grype', version: '9.9.9', fileName, sha256, url }
})

afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await rm(folder, { recursive: true })
})

async function packedGrype(): Promise<Uint8Array> {
  await mkdir(join(folder, 'release'))
  await writeFile(join(folder, 'release/grype'), '#!/bin/sh\necho 9.9.9\n', { mode: 0o755 })
  await writeFile(join(folder, 'release/README.md'), 'not wanted')
  const file = join(folder, 'release.tar.gz')
  const names = ['grype', 'README.md']
  await run('tar', ['--create', '--gzip', '--file', file, '-C', join(folder, 'release'), ...names])
  return readFile(file)
}

/** Keeps files in a folder, as the runner's tool cache does. */
const store: ToolStore = {
  find: (tool) => (existsSync(keptPath(tool)) ? keptPath(tool) : undefined),
  async keep(tool, file) {
    await mkdir(join(keptPath(tool), '..'), { recursive: true })
    await copyFile(file, keptPath(tool))
    return keptPath(tool)
  },
}

function keptPath({ name, version, fileName }: KeptTool): string {
  return join(folder, 'tools', name, version, fileName)
}

function cachedArchive(): string {
  return join(folder, 'tools/grype/9.9.9/grype_9.9.9_linux_amd64.tar.gz')
}

async function download(
  wanted: Partial<ReleaseArchive> = {},
  environment: Readonly<Record<string, string>> = { PATH: '/usr/bin:/bin' },
): Promise<string> {
  const runner = recordingRunner({ folder, environment, ports: { random: () => 0 } })
  const sleep = (): Promise<void> => Promise.resolve()
  logged = runner.logged
  return obtainRelease({ ...archive, ...wanted }, 'x64', {
    ...runner,
    clock: { now: () => new Date(), sleep },
    toolStore: store,
  })
}

describe('obtainRelease', () => {
  it('downloads, verifies and unpacks the program, and nothing else', async () => {
    const grype = await download()
    expect((await run(grype)).stdout).toBe('9.9.9\n')
    expect(await readdir(join(grype, '..'))).not.toContain('README.md')
    expect(requested).toEqual(['/releases/v9.9.9/grype_9.9.9_linux_amd64.tar.gz'])
  })

  it('takes the archive from the tool cache the second time', async () => {
    await download()
    const grype = await download()
    expect((await run(grype)).stdout).toBe('9.9.9\n')
    expect(requested).toHaveLength(1)
  })

  it('does not trust an archive in the tool cache that was changed', async () => {
    await download()
    await writeFile(cachedArchive(), 'something else')
    const grype = await download()
    expect((await run(grype)).stdout).toBe('9.9.9\n')
    expect(requested).toHaveLength(2)
  })

  it('refuses other bytes than were published, and keeps none of them', async () => {
    answers = [{ status: 200, body: 'malware' }]
    await expect(download()).rejects.toThrow('The download of Grype is not what was published')
    expect(requested).toHaveLength(1)
    expect(existsSync(cachedArchive())).toBe(false)
  })

  it('tries again when the service fails for a moment', async () => {
    answers = [{ status: 503, body: '' }, ...answers]
    expect((await run(await download())).stdout).toBe('9.9.9\n')
    expect(requested).toHaveLength(2)
  })

  it('says how to do without when the release is not there', async () => {
    answers = [{ status: 404, body: '' }]
    await expect(download()).rejects.toThrow(
      /answered with status 404\. Where this runner cannot reach it, install it in an earlier step/,
    )
    expect(requested).toHaveLength(1)
  })

  it('says how to do without when nobody answers', async () => {
    await expect(download({ url: new URL('http://127.0.0.1:9/releases/') })).rejects.toThrow(
      /there was no answer\. Where this runner cannot reach it, install it in an earlier step/,
    )
  })

  it('says that no signature was verified where there is no cosign', async () => {
    await download()
    expect(logged.join('\n')).toMatch(/signature was not verified, since there is no cosign/)
  })

  it('verifies the signed list of checksums with cosign, for the project that signs', async () => {
    const list = `${'0'.repeat(64)}  other.tar.gz\n${archive.sha256}  ${archive.fileName}\n`
    answers = [...answers, { status: 200, body: list }, { status: 200, body: '{"bundle":1}' }]
    await download({}, await withCosign('echo "$@" > "$0.called"'))
    expect(requested.map((path) => path.split('/').at(-1))).toEqual([
      'grype_9.9.9_linux_amd64.tar.gz',
      'grype_9.9.9_checksums.txt',
      'grype_9.9.9_checksums.txt.sigstore.json',
    ])
    const called = await readFile(join(folder, 'bin/cosign.called'), 'utf8')
    expect(called).toContain(
      '--certificate-identity https://github.com/anchore/grype/.github/workflows/release.yaml@refs/heads/main',
    )
    expect(logged.join('\n')).toMatch(/the signature of grype_9\.9\.9_checksums\.txt .* holds/)
  })

  it('refuses a release whose signature does not hold, and keeps none of it', async () => {
    const list = `${archive.sha256}  ${archive.fileName}\n`
    answers = [...answers, { status: 200, body: list }, { status: 200, body: '{}' }]
    const downloading = download({}, await withCosign('echo no match >&2; [ "$1" = version ]'))
    await expect(downloading).rejects.toThrow(/signature of Grype does not hold: .*no match/)
    expect(existsSync(cachedArchive())).toBe(false)
  })

  it('refuses a signed list that has another checksum', async () => {
    answers = [...answers, { status: 200, body: `${'0'.repeat(64)}  ${archive.fileName}\n` }]
    await expect(download({}, await withCosign('true'))).rejects.toThrow(
      'The checksums of Grype are not those that are pinned',
    )
  })
})

/** A PATH with a cosign that does what a script says. */
async function withCosign(script: string): Promise<Readonly<Record<string, string>>> {
  await mkdir(join(folder, 'bin'))
  await writeFile(join(folder, 'bin/cosign'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return { PATH: `${folder}/bin:/usr/bin:/bin` }
}
