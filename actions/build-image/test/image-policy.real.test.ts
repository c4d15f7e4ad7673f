import { generateKeyPairSync } from 'node:crypto'
import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { GateError } from '@oke-pipeline/core'
import { openLayout } from '@oke-pipeline/image'
import { recordingRunner } from '@oke-pipeline/testing'
import type { RecordingRunner } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { main } from '../src/main.ts'
import { buildWorld } from './build-harness.ts'
import type { BuildWorld } from './build-harness.ts'
import { serveRepository } from './git-server.ts'

const { environment } = currentLab()
let world: BuildWorld

beforeEach(async () => {
  world = await buildWorld()
})

afterEach(() => world.remove())

async function policy(...rules: readonly string[]): Promise<void> {
  const lines = rules.map((rule) => `  ${rule}`)
  await world.write('policy.yml', 'schema: oke-pipeline/image-policy/v1', 'rules:', ...lines)
}

interface Outcome {
  readonly runner: RecordingRunner
  readonly error: unknown
}

async function build(inputs: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const runner = recordingRunner({
    folder: world.folder,
    environment,
    inputs: { policy: 'policy.yml', ...inputs },
  })
  const error = await main(runner).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return { runner, error }
}

const key = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
}).privateKey

interface Broken {
  readonly rule: string
  readonly setting: string
  readonly dockerfile: readonly string[]
  readonly inputs?: Readonly<Record<string, string>>
  readonly line?: number
  readonly says: RegExp
}

const broken: readonly Broken[] = [
  {
    rule: 'allowed-bases',
    setting: '{ images: ["*.ocir.io/**"] }',
    dockerfile: ['FROM scratch AS a', 'FROM busybox:1', 'COPY Dockerfile /'],
    line: 2,
    says: /"docker\.io\/library\/busybox:1" is not from/,
  },
  {
    rule: 'pinned-bases',
    setting: 'enforce',
    dockerfile: ['ARG VERSION=1', 'FROM busybox:${VERSION}', 'COPY Dockerfile /'],
    line: 2,
    says: /not pinned by digest.*Write "docker\.io\/library\/busybox:1@sha256:[0-9a-f]{64}", which this build got/,
  },
  {
    rule: 'base-age',
    setting: '{ maximum: 1d }',
    dockerfile: ['FROM busybox:1', 'COPY Dockerfile /'],
    line: 1,
    says: /was made \d+ days ago; the policy allows 1|cannot be told/,
  },
  {
    rule: 'fixed-tags',
    setting: 'enforce',
    dockerfile: ['FROM scratch', 'COPY Dockerfile /'],
    inputs: { tags: 'type=raw,value=latest' },
    says: /Tag "latest" of the image moves/,
  },
  {
    rule: 'non-root',
    setting: 'enforce',
    dockerfile: ['FROM busybox:1', 'USER 1', 'USER root'],
    line: 3,
    says: /the number of user "root" is 0/,
  },
  {
    rule: 'maximum-size',
    setting: '{ size: 1KB }',
    dockerfile: ['FROM scratch', 'COPY Dockerfile /', 'COPY noise /'],
    line: 3,
    says: /Its largest layer, made by COPY in line 3/,
  },
  {
    rule: 'maximum-layers',
    setting: '{ layers: 1 }',
    dockerfile: ['FROM busybox:1', 'ENV A=1', 'RUN \\', '  echo 1 > /a'],
    line: 3,
    says: /has 2 layers; the policy allows 1/,
  },
  {
    rule: 'required-labels',
    setting: '{ labels: [team, org.opencontainers.image.revision] }',
    dockerfile: ['FROM scratch', 'COPY Dockerfile /'],
    says: /no label "team"/,
  },
  {
    rule: 'no-setuid',
    setting: 'enforce',
    dockerfile: ['FROM busybox:1', 'RUN echo 1 > /a', 'RUN cp /bin/busybox /su && chmod 4755 /su'],
    line: 3,
    says: /setuid or setgid, made so by RUN in line 3: \/su\./,
  },
  {
    rule: 'no-secrets',
    setting: 'enforce',
    dockerfile: ['FROM busybox:1', 'ARG X', 'COPY key.pem /tmp/', 'RUN rm /tmp/key.pem'],
    inputs: { 'build-args': 'X=1' },
    line: 3,
    says: /Private key \(.*\) is in file "\/tmp\/key\.pem", removed or covered later, but still there, put there by COPY in line 3/,
  },
  {
    rule: 'allowed-ports',
    setting: '{ ports: ["8080"] }',
    dockerfile: ['FROM busybox:1', 'EXPOSE 8080', 'EXPOSE 22'],
    line: 3,
    says: /exposes port 22\/tcp; the policy allows 8080/,
  },
]

describe('build-image with a policy', () => {
  beforeEach(async () => {
    await world.write('key.pem', key)
    const noise = Array.from({ length: 2000 }, (_, index) => (index * 7919 * 104729).toString(36))
    await world.write('noise', noise.join(' '))
  })

  it.each(broken)('refuses an image that breaks $rule', async (some) => {
    await policy(`${some.rule}: ${some.setting}`)
    await world.dockerfile(...some.dockerfile)
    const { runner, error } = await build(some.inputs)
    expect(error).toBeInstanceOf(GateError)
    expect(runner.annotations).toMatchObject([
      {
        level: 'error',
        title: `Image policy: ${some.rule}`,
        message: expect.stringMatching(some.says) as unknown,
        place: { file: 'Dockerfile', ...(some.line === undefined ? {} : { line: some.line }) },
      },
    ])
    expect(runner.summary.join('')).toContain(`<code>${some.rule}</code>`)
    expect(JSON.stringify([runner, String(error)])).not.toContain(key.slice(40, 80))
  })

  it('hands nothing over that it refuses, and says which image it was', async () => {
    await policy('non-root: enforce')
    await world.dockerfile('FROM busybox:1')
    const { runner, error } = await build({ image: 'iad.ocir.io/ns/app', archive: 'image.tar' })
    expect(error).toBeInstanceOf(GateError)
    expect(runner.outputs).toMatchObject({ layout: '', image: '', tags: '', archive: '' })
    expect(runner.outputs.digest).toMatch(/^sha256:/)
    const metadata = JSON.parse(await readFile(runner.outputs.metadata ?? '', 'utf8')) as object
    expect(metadata).toMatchObject({ violations: [{ rule: 'non-root', mode: 'enforce' }] })
    await expect(access(join(world.folder, 'temp/image-layout'))).rejects.toThrow('ENOENT')
    await expect(access(join(world.folder, 'workspace/image.tar'))).rejects.toThrow('ENOENT')
  })

  it('tells once what all platforms share', async () => {
    await policy('non-root: enforce', 'fixed-tags: warn')
    await world.dockerfile('FROM scratch', 'COPY Dockerfile /')
    const { runner } = await build({ platforms: 'linux/amd64,linux/arm64', tags: 'main' })
    expect(runner.annotations.map(({ title, message }) => `${title}: ${message}`)).toEqual([
      expect.stringMatching(/^Image policy: non-root: The image runs as root: it sets no user/),
      expect.stringMatching(/^Image policy: fixed-tags: Tag "main"/),
    ])
  })

  it('knows the bases of a Git context by BuildKit’s provenance', async () => {
    await world.dockerfile('FROM busybox:1', 'RUN echo 1 > /a')
    const served = await serveRepository(join(world.folder, 'workspace'))
    try {
      await policy('pinned-bases: enforce')
      const { runner, error } = await build({ context: served.url })
      expect(error).toBeInstanceOf(GateError)
      expect(runner.annotations).toMatchObject([
        { message: expect.stringContaining('"docker.io/library/busybox:1@sha256:') as unknown },
      ])
      expect(runner.annotations[0]?.place).toBeUndefined()
    } finally {
      await served.close()
    }
  })

  it('only warns where the policy says so', async () => {
    await policy('non-root: warn', 'pinned-bases: { mode: warn }')
    await world.dockerfile('FROM busybox:1')
    const { runner, error } = await build()
    expect(error).toBeUndefined()
    expect(runner.annotations.map(({ level }) => level)).toEqual(['warning', 'warning'])
    expect((await openLayout(runner.outputs.layout ?? '')).digest).toBe(runner.outputs.digest)
  })

  it('says so when an image is as it should be', async () => {
    await policy(
      'allowed-bases: { images: ["docker.io/library/*"] }',
      'non-root: enforce',
      'no-setuid: enforce',
      'no-secrets: enforce',
      'maximum-size: { size: 50MB }',
      'required-labels: { labels: [org.opencontainers.image.revision] }',
    )
    await world.dockerfile('FROM busybox:1', 'COPY Dockerfile /', 'USER 65532')
    const { runner, error } = await build()
    expect([error, runner.annotations]).toEqual([undefined, []])
    expect(runner.summary.join('')).toContain('The image is as <code>policy.yml</code> wants it.')
  })

  it('finds what buildah made, too', async () => {
    await policy('no-setuid: enforce', 'pinned-bases: enforce')
    await world.dockerfile('FROM busybox:1', 'ENV A=1', 'RUN cp /bin/busybox /su && chmod 4755 /su')
    const { runner, error } = await build({ engine: 'buildah' })
    expect(error).toBeInstanceOf(GateError)
    expect(runner.annotations.map(({ place }) => place?.line)).toEqual([1, 3])
  })

  it('reports what is wrong in the policy before it builds anything', async () => {
    await policy('no-root: enforce', 'maximum-layers: { layers: many }')
    await world.dockerfile('FROM busybox:1', 'RUN exit 1')
    const { error } = await build()
    expect(String(error)).toMatch(/line 3:3: "rules\.no-root" is unknown[^]*line 4:21/)
  })
})

describe('build-image tells', () => {
  async function basesOf(
    inputs: Readonly<Record<string, string>>,
    ...lines: readonly string[]
  ): Promise<unknown> {
    await world.dockerfile(...lines)
    const { outputs } = await world.build(inputs)
    return JSON.parse(outputs['base-images'] ?? '')
  }

  const name = 'docker.io/library/busybox:1'
  const digest = expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown

  it('the bases of an image, with the digests that BuildKit’s provenance has', async () => {
    const lines = [
      'ARG VERSION=0',
      'FROM busybox:${VERSION} AS tools',
      'FROM tools AS unused',
      'FROM mine',
      'COPY --from=tools /bin/busybox /x',
      'RUN --mount=from=tools,target=/t cp /t/bin/busybox /y',
    ]
    const inputs = { 'build-args': 'VERSION=1', 'build-contexts': `mine=docker-image://busybox:1` }
    expect(await basesOf(inputs, ...lines)).toEqual([
      { name, digest, isPinned: false, role: 'from', line: 2, isRoot: false, isConfirmed: true },
      { name, digest, isPinned: false, role: 'from', line: 4, isRoot: true, isConfirmed: true },
    ])
  })

  it('that a base is pinned', async () => {
    const [base] = (await basesOf({}, 'FROM busybox:1')) as { digest: string }[]
    expect(await basesOf({}, `FROM busybox:1@${base?.digest ?? ''}`)).toMatchObject([
      { name, digest: base?.digest, isPinned: true, isConfirmed: true },
    ])
  })

  it('the tags that its rules give, and labels from the repository', async () => {
    await world.dockerfile('FROM scratch', 'COPY Dockerfile /')
    const tags = 'type=ref,event=branch\ntype=sha\n1.2.3'
    const labels = 'org.opencontainers.image.title=Mine'
    const { outputs } = await world.build({ tags, labels })
    expect(outputs.tags).toBe('main\n1.2.3\nsha-0000000')
    const { images } = await openLayout(outputs.layout ?? '')
    expect(images[0]?.config.labels).toMatchObject({
      'org.opencontainers.image.revision': '0'.repeat(40),
      'org.opencontainers.image.source': 'https://github.com/acme/hello',
      'org.opencontainers.image.title': 'Mine',
      'org.opencontainers.image.version': 'main',
    })
  })

  it('a tag that never moves, where no rules are given', async () => {
    await world.dockerfile('FROM scratch', 'COPY Dockerfile /')
    const { outputs } = await world.build({})
    expect(outputs.tags).toBe(`000000000000-${outputs.digest?.slice(7, 19) ?? ''}`)
  })
})
