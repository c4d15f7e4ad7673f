import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { GateError, readInputs, systemClock } from '@oke-pipeline/core'
import { environmentReferences, readEnvironments } from '@oke-pipeline/delivery'
import { keepStatement, predicateTypes, statementOf } from '@oke-pipeline/evidence'
import {
  copyLayoutToRegistry,
  openLayout,
  openRepository,
  parseReference,
} from '@oke-pipeline/image'
import type { Layout } from '@oke-pipeline/image'
import { accessOf, connectCluster, deployRelease, parseKubeconfig } from '@oke-pipeline/kubernetes'
import {
  deleteContainerImage,
  endpointOverrides,
  findContainerRepository,
  findRegion,
  fixedSession,
  listContainerImages,
  ociClient,
  parseOcid,
  tagsOfContainerImage,
} from '@oke-pipeline/oci'
import {
  fakeArtifacts,
  fakeOci,
  recordingRunner,
  serveOci,
  writeLayout,
} from '@oke-pipeline/testing'
import type { FakeArtifactsState, FakeImage, RecordingRunner } from '@oke-pipeline/testing'
import { createDeployer } from '../../../test/lab/index.ts'
import { currentLab } from '../../../test/setup/lab.ts'
import { declaration } from '../src/declaration.ts'
import { renderSummary } from '../src/render-summary.ts'
import { run } from '../src/run.ts'
import type { CleanResult } from '../src/run.ts'

const { registry, referrersRegistry, kubernetes } = currentLab()
if (registry === undefined || referrersRegistry === undefined || kubernetes === undefined) {
  throw new Error('This test needs registries and a cluster.')
}
const hosts = [registry.host, referrersRegistry.host]
const namespace = `clean-${randomBytes(3).toString('hex')}`
const path = `acme/${namespace}`
const tenancy = 'ocid1.tenancy.oc1..aaaatenancy'
const user = 'ocid1.user.oc1..aaaacleaner'
const compartment = 'ocid1.compartment.oc1..aaaateam'
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const now = new Date('2026-11-26T12:00:00Z')

let folder = ''
let kubeconfig = ''
/** Deployed, with two platforms and a statement. */
let deployed: Layout
/** The same, and nothing needs it any more. */
let forgotten: Layout
const singles: Record<'leftover' | 'fresh' | 'newest' | 'platform' | 'retagged' | 'named', string> =
  {
    ...{ leftover: '', fresh: '', newest: '', platform: '', retagged: '', named: '' },
  }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clean-'))
  await mkdir(join(folder, 'workspace'))
  await mkdir(join(folder, 'temp'))
  deployed = await stated(['linux/amd64', 'linux/arm64'])
  forgotten = await stated(['linux/amd64', 'linux/arm64'])
  for (const layout of [deployed, forgotten]) await push(layout)
  for (const name of Object.keys(singles) as (keyof typeof singles)[]) {
    const layout = await newLayout()
    await push(layout)
    singles[name] = layout.digest
  }
  const production = `schema: oke-pipeline/environments/v1
environments:
  - { name: production, namespace: ${namespace}, manifests: [k8s] }
`
  const other = `  - { name: other, namespace: ${namespace}-other, manifests: [k8s] }\n`
  await writeFile(join(folder, 'workspace/oke.yml'), production)
  // The user of the kubeconfig may not read its records.
  await writeFile(join(folder, 'workspace/others.yml'), `${production}${other}`)
  kubeconfig = await createDeployer(kubernetes, namespace)
  await createRecord()
}, 60_000)

afterAll(async () => {
  const { exec } = recordingRunner({ folder, environment: currentLab().environment })
  const args = ['--kubeconfig', kubernetes?.kubeconfig ?? '', 'delete', 'namespace', namespace]
  await exec.run({ file: 'kubectl', args: [...args, '--wait=false'] })
  await rm(folder, { recursive: true })
})

async function newLayout(platforms: readonly string[] = ['linux/amd64']): Promise<Layout> {
  const target = join(folder, 'temp', randomBytes(4).toString('hex'))
  const layers = [{ 'bin/app': randomBytes(100) }]
  await writeLayout({ folder: target, layers, platforms })
  return openLayout(target)
}

async function stated(platforms: readonly string[]): Promise<Layout> {
  const layout = await newLayout(platforms)
  const predicate = { result: 'PASSED', configuration: [] }
  const image = { name: 'app', digest: layout.digest }
  await keepStatement(layout, statementOf(image, predicateTypes.testResult, predicate))
  return openLayout(layout.path)
}

async function push(layout: Layout): Promise<void> {
  for (const host of hosts) {
    const target = { reference: parseReference(`${host}/${path}`), tags: [] }
    await copyLayoutToRegistry(layout, target, recordingRunner({ folder }))
  }
}

/** A release of a ConfigMap alone, which names an image by a tag. */
async function createRecord(): Promise<void> {
  const runner = recordingRunner({ folder })
  const object = {
    ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace } },
    data: { sidecar: `fra.ocir.io/${path}:named` },
  }
  const release = {
    address: { namespace, release: 'app' },
    manifests: [{ object, place: { file: 'settings.yml' } }],
    image: {
      ...{ repository: `fra.ocir.io/${path}`, digest: deployed.digest },
      observable: [singles.platform],
    },
    ...{ source: {}, timeoutSeconds: 30, mayBeOlder: false, policy: { isForced: true } },
    onFailure: { reaction: 'rollback', first: 'remove' } as const,
    endurance: {},
  }
  const { status } = await deployRelease(
    connectCluster(accessOf(parseKubeconfig(kubeconfig)), runner),
    { release, turn: { holder: 'test', waitSeconds: 0 } },
    runner,
    { onPlan: () => undefined, onStart: () => undefined, onEnd: () => undefined },
  )
  expect(status).toBe('deployed')
}

const old = '2026-01-01T00:00:00Z'
const lately = '2026-11-25T00:00:00Z'

function listed(digest: string, tag?: string, tagged = old, timeCreated = old): FakeImage {
  return {
    ...{ id: `ocid1.containerimage.oc1.iad.0.acme.${digest.slice(7)}`, digest, timeCreated },
    repositoryName: namespace,
    versions: tag === undefined ? [] : [{ version: tag, timeCreated: tagged }],
  }
}

/** The repository as OCIR lists it: every manifest of it, also the parts of others. */
async function listing(host: string): Promise<FakeImage[]> {
  const reference = parseReference(`${host}/${path}`)
  const repository = await openRepository(
    reference,
    { access: 'pull' },
    recordingRunner({ folder }),
  )
  const parts = [deployed, forgotten].map(async (layout) => {
    const listTag = layout.digest.replace(':', '-')
    const list = await repository.getManifest(listTag)
    return [
      ...(await partsOf(layout)).map((digest) => listed(digest)),
      ...(list === undefined ? [] : [listed(list.digest, listTag)]),
    ]
  })
  return [
    ...(await Promise.all(parts)).flat(),
    listed(deployed.digest, '1.0'),
    listed(forgotten.digest, '0.9'),
    listed(singles.leftover),
    listed(singles.fresh, undefined, lately, lately),
    listed(singles.newest, '2.0', old, '2026-01-02T00:00:00Z'),
    listed(singles.platform),
    listed(singles.retagged, 'stable', lately),
    listed(singles.named, 'named'),
  ]
}

/** Platforms and what refers to the whole. */
async function partsOf(layout: Layout): Promise<readonly string[]> {
  const referrers = JSON.parse(await readFile(join(layout.path, 'referrers.json'), 'utf8')) as {
    manifests: { digest: string }[]
  }
  const platforms = layout.images.map(({ descriptor }) => descriptor.digest)
  return [...platforms, ...referrers.manifests.map(({ digest }) => digest)]
}

interface Cleaned {
  readonly result: CleanResult
  readonly left: readonly string[]
  readonly runner: RecordingRunner
}

interface Given {
  readonly host?: string
  readonly inputs?: Readonly<Record<string, string>>
  readonly grants?: readonly string[]
  readonly state?: FakeArtifactsState
}

async function stateOf(host: string): Promise<FakeArtifactsState> {
  const repository = {
    ...{ id: 'ocid1.containerrepo.oc1.iad.0.acme.1', compartmentId: compartment },
    ...{ displayName: namespace, isImmutable: false, isPublic: false },
  }
  const images = await listing(host)
  return { tenancy, namespace: 'acme', repositories: [repository], images }
}

async function clean({
  host = hosts[0] ?? '',
  inputs: given,
  grants,
  state,
}: Given): Promise<Cleaned> {
  const held = state ?? (await stateOf(host))
  const oci = fakeOci({
    services: [fakeArtifacts(held)],
    grants: { [user]: grants ?? ['manage repos'] },
  })
  const keyId = oci.identity.addApiKey(tenancy, user, publicKey)
  await using served = await serveOci(oci)
  const inputs = { image: `${host}/${path}`, kubeconfig, 'environments-file': 'oke.yml', keep: '1' }
  const runner = recordingRunner({
    ...{ folder, inputs: { ...inputs, 'tagged-after': '30d', ...given } },
    ports: { clock: { ...systemClock, now: () => now } },
  })
  const session = fixedSession({ description: 'the key' }, { keyId, privateKey })
  const overrides = endpointOverrides(served.environment)
  const client = ociClient(
    session,
    { region: findRegion('iad'), overrides },
    { ...runner, clock: systemClock },
  )
  const within = parseOcid(compartment, 'compartment')
  const values = await readInputs(declaration.inputs, runner)
  const result = await run(values, {
    ...runner,
    repository: await openRepository(values.image, { access: 'pull' }, runner),
    references: async () =>
      environmentReferences(
        await readEnvironments(runner.files, values['environments-file']),
        runner,
      ),
    async images() {
      const repository = await findContainerRepository(client, namespace, within)
      if (repository === undefined) throw new Error('No repository')
      return listContainerImages(client, repository)
    },
    tagsOf: (image) => tagsOfContainerImage(client, image),
    delete: (image) => deleteContainerImage(client, image),
  })
  return { result, runner, left: (held.images ?? []).map(({ digest }) => digest) }
}

async function notNeeded(host: string): Promise<readonly string[]> {
  const list = (await listing(host)).find(({ versions }) =>
    versions.some(({ version }) => version === forgotten.digest.replace(':', '-')),
  )
  const lists = list === undefined ? [] : [list.digest]
  return [forgotten.digest, ...(await partsOf(forgotten)), singles.leftover, ...lists].sort()
}

describe('clean-ocir', () => {
  it.each([
    ['without a referrers API', hosts[0] ?? ''],
    ['with a referrers API', hosts[1] ?? ''],
  ])('finds what no release needs, in a registry %s, and deletes nothing yet', async (_, host) => {
    const { result, left } = await clean({ host })
    expect(result.toDelete.map(({ digest }) => digest).sort()).toEqual(await notNeeded(host))
    expect(result).toMatchObject({ deletedCount: 0, referencedCount: 2 })
    expect(left).toHaveLength(result.keptCount + result.toDelete.length)
    expect(renderSummary(result)).toContain('<b>nothing deleted</b>')
  })

  it('deletes that and nothing else, and has nothing to do the second time', async () => {
    const state = await stateOf(hosts[0] ?? '')
    const all = (state.images ?? []).map(({ digest }) => digest)
    const doomed = await notNeeded(hosts[0] ?? '')
    const { result, left } = await clean({ state, inputs: { delete: 'true' } })
    expect(result.deletedCount).toBe(doomed.length)
    expect(left).toEqual(all.filter((digest) => !doomed.includes(digest)))
    expect(renderSummary(result)).toContain('| Deleted | Tags | Pushed |')
    const again = await clean({ state, inputs: { delete: 'true' } })
    expect(again.result).toMatchObject({ toDelete: [], deletedCount: 0 })
  })

  it('leaves images with tags alone unless it is told how long they stay', async () => {
    const { result } = await clean({ inputs: { 'tagged-after': '' } })
    expect(result.toDelete.map(({ digest }) => digest)).toEqual([singles.leftover])
  })

  it.each([
    { name: 'more than may be', inputs: { 'max-delete': '2' }, says: 'more than may be' },
    {
      name: 'while the records of an environment cannot be read',
      inputs: { 'environments-file': 'others.yml' },
      says: 'The release records of "other" cannot be read',
    },
  ])('deletes nothing, $name', async ({ inputs, says }) => {
    const state = await stateOf(hosts[0] ?? '')
    const count = state.images?.length
    const cleaned = clean({ state, inputs: { delete: 'true', ...inputs } })
    await expect(cleaned).rejects.toThrow(says)
    await expect(cleaned).rejects.toBeInstanceOf(GateError)
    expect(state.images).toHaveLength(count ?? 0)
  })

  it('names the policy that is missing', async () => {
    const cleaned = clean({ inputs: { delete: 'true' }, grants: ['read repos'] })
    await expect(cleaned).rejects.toThrow('manage repos')
  })
})
