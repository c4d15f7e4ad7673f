import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { readStatements } from '@oke-pipeline/evidence'
import { openLayout, unpackArchive } from '@oke-pipeline/image'
import { recordingRunner } from '@oke-pipeline/testing'
import type { RecordingRunner } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { main } from '../src/main.ts'

const { environment, baseImages } = currentLab()
const secret = 'a-secret-that-nobody-may-see'
const platforms = 'linux/amd64,linux/arm64'
let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evidence-'))
  await mkdir(join(folder, 'workspace'))
  await mkdir(join(folder, 'temp'))
  await dockerfile('FROM busybox:1', 'ARG COLOUR', 'COPY package.json /app/node_modules/minimist/')
  await writePackage('package.json', 'minimist')
})

afterEach(() => rm(folder, { recursive: true, force: true }))

async function writePackage(file: string, name: string): Promise<void> {
  const content = JSON.stringify({ name, version: '1.2.6' })
  await writeFile(join(folder, 'workspace', file), content)
}

async function dockerfile(...lines: readonly string[]): Promise<void> {
  await writeFile(join(folder, 'workspace/Dockerfile'), `${lines.join('\n')}\n`)
}

async function build(inputs: Readonly<Record<string, string>>): Promise<RecordingRunner> {
  const runner = recordingRunner({ folder, environment, inputs })
  await main({
    ...runner,
    run: {
      ...runner.run,
      workflowRef: 'acme/hello/.github/workflows/deliver.yml@refs/heads/main',
      runUrl: 'https://github.com/acme/hello/actions/runs/7',
      runAttempt: '2',
      runnerEnvironment: 'github-hosted',
    },
  })
  return runner
}

interface Provenance {
  readonly subject: readonly {
    readonly name: string
    readonly digest: { readonly sha256: string }
  }[]
  readonly predicate: {
    readonly buildDefinition: {
      readonly externalParameters: { readonly inputs: Readonly<Record<string, unknown>> }
      readonly resolvedDependencies: readonly {
        readonly uri: string
        readonly digest: Readonly<Record<string, string>>
      }[]
    }
  }
}

async function json<T>(path: string | undefined): Promise<T> {
  return JSON.parse(await readFile(path ?? '', 'utf8')) as T
}

function git(...args: readonly string[]): string {
  const identity = ['-c', 'user.name=Tester', '-c', 'user.email=tester@example.invalid']
  const all = ['-C', join(folder, 'workspace'), ...identity, ...args]
  return execFileSync('git', all, { encoding: 'utf8' }).trim()
}

describe.each(['buildx', 'buildctl', 'buildah'])('the provenance of a build with %s', (engine) => {
  it('names commit, workflow, parameters and bases, and is kept with the image', async () => {
    git('init', '--quiet')
    git('add', '.')
    git('commit', '--quiet', '--message', 'first')
    const { outputs } = await build({
      engine,
      'build-args': 'COLOUR=blue',
      image: 'example.invalid/acme/hello',
    })
    const statement = await json<Provenance>(outputs.provenance)
    const sha256 = outputs.digest?.replace('sha256:', '')
    expect(statement).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'example.invalid/acme/hello', digest: { sha256 } }],
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: {
        buildDefinition: {
          buildType: expect.stringMatching(/\/docs\/build-types\/build-image-v1\.md$/),
          externalParameters: {
            workflow: {
              repository: 'acme/hello',
              ref: 'refs/heads/main',
              path: '.github/workflows/deliver.yml',
            },
            inputs: { context: '.', 'build-args': ['COLOUR'] },
          },
          internalParameters: { github: { runnerEnvironment: 'github-hosted' } },
        },
        runDetails: {
          builder: {
            id: 'https://github.com/acme/hello/.github/workflows/deliver.yml@refs/heads/main',
          },
          metadata: {
            invocationId: 'https://github.com/acme/hello/actions/runs/7/attempts/2',
            startedOn: expect.stringMatching(/Z$/),
            finishedOn: expect.stringMatching(/Z$/),
          },
        },
      },
    })
    const { resolvedDependencies } = statement.predicate.buildDefinition
    expect(resolvedDependencies[0]).toEqual({
      uri: 'git+https://github.com/acme/hello',
      digest: { gitCommit: git('rev-parse', 'HEAD') },
    })
    const layout = await openLayout(outputs.layout ?? '')
    const kept = await readStatements(layout)
    expect(kept.map(({ statement: one }) => one)).toContainEqual(statement)
  })
})

describe('evidence of a build with BuildKit', () => {
  it('names the base image by the digest that was fetched', async () => {
    const { outputs } = await build({})
    const { predicate } = await json<Provenance>(outputs.provenance)
    const digests = predicate.buildDefinition.resolvedDependencies.map(
      ({ digest }) => digest.sha256,
    )
    expect(digests).toContain(baseImages?.digests['busybox:1']?.replace('sha256:', ''))
  })

  it.each(['true', 'max'])('holds no secret with provenance %s', async (provenance) => {
    await dockerfile(
      'FROM busybox:1',
      'RUN --mount=type=secret,id=key cat /run/secrets/key > /dev/null',
    )
    const archive = join(folder, 'temp/image.tar')
    const { outputs } = await build({
      provenance,
      archive,
      secrets: `key=${secret}`,
      'build-args': 'COLOUR=blue',
    })
    const { predicate } = await json<Provenance>(outputs.provenance)
    expect(predicate.buildDefinition.externalParameters.inputs).toMatchObject({
      secrets: ['key'],
      'build-args': [provenance === 'max' ? 'COLOUR=blue' : 'COLOUR'],
    })
    const files = await readdir(join(folder, 'temp'), { recursive: true, withFileTypes: true })
    const readable = files.filter((file) => file.isFile() && !file.parentPath.includes('/own'))
    for (const file of readable) {
      const content = await readFile(join(file.parentPath, file.name), 'latin1')
      expect({ file: file.name, found: content.includes(secret) }).toEqual({
        file: file.name,
        found: false,
      })
    }
    expect(readable.map(({ name }) => name)).toContain('image.tar')
  })

  it('is about every platform, and leaves the index without unknown/unknown', async () => {
    await dockerfile('FROM scratch', 'COPY package.json /app/')
    const attested = await build({ platforms, provenance: 'max' })
    const layout = await openLayout(attested.outputs.layout ?? '')
    const statement = await json<Provenance>(attested.outputs.provenance)
    const digests = [layout.digest, ...layout.images.map(({ descriptor }) => descriptor.digest)]
    expect(statement.subject.map(({ digest }) => `sha256:${digest.sha256}`)).toEqual(digests)
    expect(statement.subject[2]?.name).toBe('acme/hello (linux/arm64)')
    const about = (await readStatements(layout)).map(({ subject }) => subject.digest)
    expect(about.toSorted()).toEqual(digests.toSorted())
    const index = await readFile(layout.blobPath(layout.digest), 'utf8')
    expect(index).not.toContain('unknown')
  })

  it('is none when none is wanted', async () => {
    const { outputs } = await build({ provenance: 'false' })
    expect(outputs).toMatchObject({ provenance: '', sbom: '', archive: '' })
    expect(await readStatements(await openLayout(outputs.layout ?? ''))).toEqual([])
  })
})

describe('the archive of a build', () => {
  it('has the image and what is kept with it', async () => {
    const { outputs } = await build({ archive: 'out/image.tar' })
    expect(outputs.archive).toBe(join(folder, 'workspace/out/image.tar'))
    const copy = join(folder, 'copy')
    await unpackArchive(outputs.archive ?? '', copy)
    const layout = await openLayout(copy)
    await layout.verify()
    expect(layout.digest).toBe(outputs.digest)
    expect(await readStatements(layout)).toHaveLength(2)
  })
})

describe('the SBOM of a build', () => {
  const formats = [
    { sbom: 'true', type: 'https://spdx.dev/Document', suffix: 'spdx.json', list: 'packages' },
    {
      sbom: 'cyclonedx',
      type: 'https://cyclonedx.org/bom',
      suffix: 'cdx.json',
      list: 'components',
    },
  ] as const

  it.each(formats)(
    'is $type with "sbom: $sbom", and names what is in the image',
    async ({ sbom, type, suffix, list }) => {
      const { outputs } = await build({ sbom })
      expect(outputs.sbom).toBe(`${outputs.layout ?? ''}.sbom.${suffix}`)
      const document = await json<Record<string, readonly { name: string }[]>>(outputs.sbom)
      expect(document[list]?.map(({ name }) => name)).toContain('minimist')
      const kept = await readStatements(await openLayout(outputs.layout ?? ''))
      const { statement, subject } = kept.find((one) => one.statement.predicateType === type) ?? {}
      expect(subject?.digest).toBe(outputs.digest)
      expect(statement?.predicate).toEqual(document)
    },
  )

  it('is one of each platform', async () => {
    const copy = 'COPY $TARGETARCH.json /app/node_modules/one/package.json'
    await dockerfile('FROM scratch', 'ARG TARGETARCH', copy)
    await writePackage('amd64.json', 'minimist')
    await writePackage('arm64.json', 'left-pad')
    const { outputs } = await build({ sbom: 'spdx', platforms })
    const [amd64 = '', arm64 = '', ...others] = outputs.sbom?.split('\n') ?? []
    expect(others).toEqual([])
    expect([amd64, arm64].map((path) => path.replace(outputs.layout ?? '', ''))).toEqual([
      '.sbom.linux-amd64.spdx.json',
      '.sbom.linux-arm64.spdx.json',
    ])
    expect(await readFile(amd64, 'utf8')).toContain('pkg:npm/minimist@1.2.6')
    expect(await readFile(arm64, 'utf8')).toContain('pkg:npm/left-pad@1.2.6')
    expect(await readFile(arm64, 'utf8')).not.toContain('minimist')
  })

  it('says what lacks before anything is built', async () => {
    const without = { ...environment, PATH: join(folder, 'bin') }
    await mkdir(without.PATH)
    const runner = recordingRunner({ folder, environment: without, inputs: { sbom: 'true' } })
    await expect(main(runner)).rejects.toThrow('Nothing on this runner makes an SBOM')
    expect(await readdir(join(folder, 'temp'))).toEqual([])
  })
})
