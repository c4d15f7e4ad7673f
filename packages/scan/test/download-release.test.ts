import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { recordingRunner } from '@oke-pipeline/testing'
import { downloadRelease } from '../src/index.ts'
import type { ReleaseArchive } from '../src/index.ts'

const run = promisify(execFile)

let folder = ''
let archive: ReleaseArchive
let server: Server
/** What the server answers with, one after the other; the last one stays. */
let answers: { readonly status: number; readonly body: Uint8Array | string }[] = []
let requested: string[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'download-release-'))
  await Promise.all(['temp', 'workspace'].map((name) => mkdir(join(folder, name))))
  const bytes = await packedGrype()
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  archive = { version: '9.9.9', fileName: 'grype_9.9.9_linux_amd64.tar.gz', sha256 }
  answers = [{ status: 200, body: bytes }]
  requested = []
  server = createServer((request, response) => {
    requested.push(request.url ?? '')
    const [answer] = answers.length > 1 ? answers.splice(0, 1) : answers
    response.writeHead(answer?.status ?? 500).end(answer?.body)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
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

function addressOf({ port }: AddressInfo): URL {
  return new URL(`http://127.0.0.1:${port}/releases/`)
}

async function download(releases?: URL): Promise<string> {
  // An address of a pipe would be a text; this server listens on a port.
  const address = server.address() as AddressInfo
  const runner = recordingRunner({ folder, ports: { random: () => 0 } })
  const sleep = (): Promise<void> => Promise.resolve()
  return downloadRelease(
    archive,
    {
      releases: releases ?? addressOf(address),
      toolCache: join(folder, 'tools'),
      temporary: await runner.files.temporaryFolder('grype'),
    },
    { ...runner, clock: { now: () => new Date(), sleep } },
  )
}

function cachedArchive(): string {
  return join(folder, 'tools/oke-pipeline/grype/9.9.9/grype_9.9.9_linux_amd64.tar.gz')
}

describe('downloadRelease', () => {
  it('downloads, verifies and unpacks the program, and nothing else', async () => {
    const grype = await download()
    expect((await run(grype)).stdout).toBe('9.9.9\n')
    expect(await readdir(join(grype, '..'))).toEqual(['grype'])
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
    expect(await readdir(join(cachedArchive(), '..'))).toEqual([])
  })

  it('tries again when the service fails for a moment', async () => {
    answers = [{ status: 503, body: '' }, ...answers]
    expect((await run(await download())).stdout).toBe('9.9.9\n')
    expect(requested).toHaveLength(2)
  })

  it('says how to do without when the release is not there', async () => {
    answers = [{ status: 404, body: '' }]
    await expect(download()).rejects.toThrow(
      /answered with status 404\. Where this runner cannot reach it, install Grype/,
    )
    expect(requested).toHaveLength(1)
  })

  it('says how to do without when nobody answers', async () => {
    await expect(download(new URL('http://127.0.0.1:9/releases/'))).rejects.toThrow(
      /there was no answer\. Where this runner cannot reach it, install Grype/,
    )
  })
})
