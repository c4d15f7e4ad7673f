import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { currentLab } from '../../setup/lab.ts'
import { runCommand, tryCommand } from '../command.ts'

// A first build pulls its base image.
jest.setTimeout(60_000)

const { baseImages, environment } = currentLab()
const nodeDigest = baseImages?.digests['node:24-bookworm-slim'] ?? ''

// A base image by digest and one by tag, both from where docker.io is mirrored, and a step that runs.
const dockerfile = `FROM node:24-bookworm-slim@${nodeDigest} AS build
RUN node -e 'require("fs").writeFileSync("/built", process.versions.node)'
FROM busybox:1
COPY --from=build /built /www/index.html
USER 1000
CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]
`

let folder = ''
let context = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'builder-'))
  context = join(folder, 'context')
  await mkdir(context)
  await writeFile(join(context, 'Dockerfile'), dockerfile)
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

async function run(file: string, ...args: readonly string[]): Promise<string> {
  return (await runCommand(file, args, { environment, workingDirectory: folder })).trim()
}

async function digestOfLayout(name: string): Promise<string | undefined> {
  const index = await readFile(join(folder, name, 'index.json'), 'utf8')
  return /"digest":"(sha256:[0-9a-f]{64})"/.exec(index)?.[1]
}

describe('the builder of the lab', () => {
  it('builds with buildx, and podman runs what was built by its digest', async () => {
    await run(
      ...(['buildx', 'build', '--quiet', '--provenance=false'] as const),
      ...[
        '--output',
        'type=oci,dest=built,tar=false',
        '--metadata-file',
        'metadata.json',
        'context',
      ],
    )
    const metadata: unknown = JSON.parse(await readFile(join(folder, 'metadata.json'), 'utf8'))
    const digest = await digestOfLayout('built')
    expect(metadata).toMatchObject({ 'containerimage.digest': digest })

    const id = await run('podman', 'pull', '--quiet', 'oci:built')
    const digests = await run('podman', 'image', 'inspect', id, '--format', '{{json .RepoDigests}}')
    expect(JSON.parse(digests)).toContain(`localhost/built@${digest ?? ''}`)
    const options = ['--detach', '--pull=never', '--publish', '127.0.0.1::8080']
    const container = await run('podman', 'run', ...options, id)
    try {
      expect(await answerOf(await run('podman', 'port', container, '8080/tcp'))).toMatch(/^24\./)
    } finally {
      await run('podman', 'rm', '--force', '--time', '0', container)
      await run('podman', 'rmi', '--force', id)
    }
  })

  it('builds the same Dockerfile with buildah', async () => {
    await run('buildah', 'build', '--quiet', '--tag', 'localhost/lab-test', 'context')
    const target = ['localhost/lab-test', 'oci:pushed']
    await run('buildah', 'push', '--quiet', '--digestfile', join(folder, 'digest'), ...target)
    expect(await readFile(join(folder, 'digest'), 'utf8')).toBe(await digestOfLayout('pushed'))
    await run('buildah', 'rmi', '--force', 'localhost/lab-test')
  })

  it('passes on the exit status of a container', async () => {
    const result = await tryCommand(
      'podman',
      ['run', '--rm', 'docker.io/library/busybox:1', 'sh', '-c', 'exit 7'],
      {
        environment,
        workingDirectory: folder,
      },
    )
    expect(result).toMatchObject({ exitCode: 7 })
  })

  it('is found by the docker command line as well', async () => {
    const plugin = join(environment.DOCKER_CONFIG ?? '', 'cli-plugins/docker-buildx')
    expect(await run(plugin, 'version')).toContain('0.37.0')
  })
})

/** The port is open before the server in the container is. */
async function answerOf(address: string): Promise<string> {
  const deadline = Date.now() + 10_000
  for (;;) {
    try {
      const response = await fetch(`http://${address}/`)
      return await response.text()
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
  }
}
