import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { type Server, createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { runCommand } from '../command.ts'
import { compareVersions } from './go-build.ts'
import { type Part, type ProvisionContext, provide } from './part.ts'
import { ensureSystemPackages, missingPackages } from './system-packages.ts'

const program = '#!/bin/sh\necho tool 1.2.3\n'

let folder: string
let cache: string
let lines: string[]
let servers: Server[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oke-provision-'))
  cache = join(folder, 'cache')
  lines = []
  servers = []
})

afterEach(async () => {
  for (const server of servers) server.close()
  await rm(folder, { recursive: true })
})

describe('provide', () => {
  it('takes what the user names before anything else', async () => {
    const path = await executable('mine/tool')
    const part = { ...tool, onPath: any }
    await executable('bin/tool')
    await expect(provide(part, context({ OKE_LAB_TOOL: path }))).resolves.toBe(path)
  })

  it('says which variable is wrong when the user names no executable', async () => {
    await expect(provide(tool, context({ OKE_LAB_TOOL: '/nowhere/tool' }))).rejects.toThrow(
      'Cannot use "/nowhere/tool" for tool: it is no executable file. Correct the environment variable OKE_LAB_TOOL, or unset it.',
    )
  })

  it('takes a good version from PATH, and no other one', async () => {
    const path = await executable('bin/tool')
    const accepting = (version: string): Part => ({
      ...tool,
      onPath: { args: ['--version'], accepts: (output) => output.includes(version) },
    })
    await expect(provide(accepting('1.2.3'), context())).resolves.toBe(path)
    await expect(provide(accepting('2.0.0'), context())).rejects.toThrow(
      `Cannot get tool 1.2.3: "${path}" on PATH is another version. Install it yourself and put its path into the environment variable OKE_LAB_TOOL.`,
    )
  })

  it('downloads a release once, however many ask for it, and keeps it', async () => {
    const { url, requests } = await serve(Buffer.from(program))
    const part = released({ url, sha256: sha256(program) })
    const [first, second] = await Promise.all([provide(part, context()), provide(part, context())])
    expect(first).toBe(second)
    await expect(runCommand(first, [])).resolves.toBe('tool 1.2.3\n')
    for (const server of servers) server.close()
    await expect(provide(part, context())).resolves.toBe(first)
    expect(requests()).toBe(1)
  })

  it('takes executables out of an archive, those of other parts with it', async () => {
    await executable('archive/dist/tool')
    await executable('archive/dist/other')
    const archive = join(folder, 'tool.tar.gz')
    await runCommand('tar', ['-czf', archive, '-C', join(folder, 'archive'), 'dist'])
    const content = await readFile(archive)
    const { url, requests } = await serve(content, '/tool.tar.gz')
    const together = ['dist/tool', 'dist/other']
    const release = { url, sha512: createHash('sha512').update(content).digest('hex'), together }
    const tools = [
      released({ ...release, member: 'dist/tool' }),
      { ...released({ ...release, member: 'dist/other' }), name: 'other' },
    ]
    for (const part of tools) {
      const path = await provide(part, context())
      await expect(runCommand(path, [])).resolves.toBe('tool 1.2.3\n')
    }
    expect(requests()).toBe(1)
  })

  it('refuses a release with another checksum, and keeps nothing of it', async () => {
    const { url } = await serve(Buffer.from('something else'))
    const part = released({ url, sha256: sha256(program) })
    await expect(provide(part, context())).rejects.toThrow(
      `Refused the download of tool 1.2.3: "${url}" has sha256 ${sha256('something else')} instead of ${sha256(program)}.`,
    )
    await expect(readdir(cache)).resolves.toEqual(['locks'])
  })

  it('says in one line that a server is out of reach, asks it once, and goes on', async () => {
    const { url } = await serve(Buffer.from(program))
    for (const server of servers) server.close()
    const { host } = new URL(url)
    const part = released({ url, sha256: sha256(program) })
    const shared = context()
    await expect(provide(part, shared)).rejects.toThrow(
      new RegExp(`^Cannot get tool 1.2.3: ${host} cannot be reached \\(.+\\). Install it yourself`),
    )
    await expect(provide(part, shared)).rejects.toThrow(`${host} cannot be reached`)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(
      /^127\.0\.0\.1:\d+ cannot be reached .+: trying other sources of tool\.$/,
    )
  })

  it('says which Go is needed when there is none or an old one', async () => {
    const part = await goPart('go 1.24.0')
    await expect(provide(part, context())).rejects.toThrow(
      'it would be built from source, and Go is not installed (Go 1.24.0 or newer is needed: https://go.dev/dl)',
    )
    const old = await executable('bin/go', '#!/bin/sh\necho go1.19.8\n')
    await expect(provide(part, context())).rejects.toThrow(
      `Go 1.19.8 at "${old}" is too old to build it (Go 1.24.0 or newer is needed: https://go.dev/dl)`,
    )
  })

  it('builds with Go once for all names of a program, and again when its source changes', async () => {
    const go = `#!/bin/sh
if [ "$1" = env ]; then echo go1.26.0; exit; fi
echo example.com/tool >&2
echo build >> "${folder}/builds"
while [ "$1" != -o ]; do shift; done
printf '#!/bin/sh\\necho built\\n' > "$2"; chmod +x "$2"
`
    await executable('bin/go', go)
    const part = await goPart('go 1.24.0')
    const path = await provide(part, context())
    const other = await provide({ ...part, name: 'other' }, context())
    await expect(runCommand(other, [])).resolves.toBe('built\n')
    expect(other).toBe(join(path, '../other'))
    await writeFile(join(folder, 'go/tool/main.go'), 'package main // changed\n')
    await expect(provide(part, context())).resolves.not.toBe(path)
    await expect(readFile(join(folder, 'builds'), 'utf8')).resolves.toBe('build\nbuild\n')
  })

  it('shows what the compiler said when a build fails', async () => {
    const go =
      '#!/bin/sh\nif [ "$1" = env ]; then echo go1.26.0; exit; fi\necho "main.go:1: wrong" >&2; exit 1\n'
    await executable('bin/go', go)
    await expect(provide(await goPart('go 1.24.0'), context())).rejects.toThrow(
      'Cannot build tool 1.2.3 with Go: main.go:1: wrong',
    )
    await expect(readdir(cache)).resolves.toEqual(['locks'])
  })
})

describe('missingPackages', () => {
  it('asks for what is neither a file nor an installed package', async () => {
    await executable('bin/tool')
    const wanted = [
      { package: 'has-executable', file: 'tool' },
      { package: 'has-no-executable', file: 'no-such-tool' },
      { package: 'has-file', file: join(folder, 'bin/tool') },
      { package: 'no-such-package' },
    ]
    const missing = await missingPackages(wanted, join(folder, 'bin'))
    expect(missing).toEqual(['has-no-executable', 'no-such-package'])
  })
})

describe('ensureSystemPackages', () => {
  it('names the command instead of running it when it may not install', async () => {
    const wanted = [{ package: 'no-such-b' }, { package: 'no-such-a' }]
    await expect(
      ensureSystemPackages(wanted, { log, install: false, lock: join(folder, 'lock') }),
    ).rejects.toThrow(
      /Run "sudo apt-get update && sudo apt-get install --no-install-recommends no-such-a no-such-b" and try again\.|names as in Debian/,
    )
  })
})

describe('compareVersions', () => {
  it.each([
    { left: '1.26.8', right: '1.24.0', sign: 1 },
    { left: '1.9', right: '1.24.0', sign: -1 },
    { left: '1.24', right: '1.24.0', sign: 0 },
    { left: '1.25rc1', right: '1.25', sign: 0 },
  ])('$left to $right', ({ left, right, sign }) => {
    expect(Math.sign(compareVersions(left, right))).toBe(sign)
  })
})

const tool: Part = { name: 'tool', version: '1.2.3' }
const any = { args: [], accepts: () => true }

function log(line: string): void {
  lines.push(line)
}

function context(variables: Readonly<Record<string, string>> = {}): ProvisionContext {
  return {
    log,
    goDirectory: join(folder, 'go'),
    unreachableHosts: new Set(),
    environment: { PATH: join(folder, 'bin'), OKE_PIPELINE_CACHE: cache, ...variables },
  }
}

function released(release: NonNullable<NonNullable<Part['release']>['x64']>): Part {
  return { ...tool, release: { x64: release, arm64: release } }
}

async function goPart(directive: string): Promise<Part> {
  const directory = join(folder, 'go/tool')
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, 'go.mod'), `module example.com/tool\n\n${directive}\n`)
  await writeFile(join(directory, 'main.go'), 'package main\n')
  return { ...tool, go: { module: 'tool', package: '.', usuallySeconds: 1 } }
}

async function executable(name: string, content = program): Promise<string> {
  const path = join(folder, name)
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, content)
  await chmod(path, 0o755)
  return path
}

async function serve(
  content: Buffer,
  path = '/tool',
): Promise<{ readonly url: string; readonly requests: () => number }> {
  let requests = 0
  const server = createServer((_, response) => {
    requests += 1
    response.end(content)
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { url: `http://127.0.0.1:${port}${path}`, requests: () => requests }
}

function sha256(content: string): string {
  return createHash('sha256').update(content).digest('hex')
}
