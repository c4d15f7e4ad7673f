import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { messageOf, systemHttp } from '@oke-pipeline/core'
import type { Http } from '@oke-pipeline/core'
import {
  fakeArtifacts,
  fakeOci,
  fakeRegistryToken,
  fakeScanTargets,
  fakeTenancy,
  recordingRunner,
  registryHoldings,
  serveOci,
  writeLayout,
} from '@oke-pipeline/testing'
import type { FakeScanTargetsState, RecordingRunner, WrittenLayout } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { main } from '../src/main.ts'

const { registry } = currentLab()
if (registry === undefined) throw new Error('The lab has no registry')
const { host } = registry

const tenancy = 'ocid1.tenancy.oc1..aaaatenancy'
const user = 'ocid1.user.oc1..aaaadeployer'
const compartment = 'ocid1.compartment.oc1..aaaateam'
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

let folder = ''
let layout: WrittenLayout

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'push-ocir-'))
  await mkdir(join(folder, 'workspace'))
  layout = await writeLayout({ folder: join(folder, 'temp/image-layout'), layers: [{ a: 'b' }] })
})

afterEach(() => rm(folder, { recursive: true }))

/** The registry of a region is the real one of the lab. */
function throughOcir(): Http {
  const http = systemHttp('test', new AbortController().signal, {})
  return {
    request: ({ url, ...request }) =>
      http.request({
        ...request,
        url:
          url.host === 'iad.ocir.io' ? new URL(`http://${host}${url.pathname}${url.search}`) : url,
      }),
  }
}

interface Step {
  readonly runner: RecordingRunner
  readonly error: unknown
}

interface World extends AsyncDisposable {
  readonly state: FakeScanTargetsState
  readonly repository: string
  push(): Promise<Step>
}

async function startWorld(grants: readonly string[]): Promise<World> {
  const name = `app-${randomBytes(4).toString('hex')}`
  const state: FakeScanTargetsState = {
    ...{ targets: [], recipes: [], repositories: { [compartment]: [name] } },
  }
  const image = { repositoryName: name, digest: layout.digest, timeCreated: '', versions: [] }
  const there = {
    id: 'ocid1.containerrepo.oc1.iad.1',
    compartmentId: compartment,
    displayName: name,
  }
  const artifacts = {
    ...{ tenancy, namespace: 'scanned', images: [image] },
    repositories: [{ ...there, isImmutable: false, isPublic: false }],
  }
  const oci = fakeOci({
    services: [
      fakeScanTargets(state),
      fakeArtifacts(artifacts),
      fakeTenancy({ id: tenancy, name: 'acme', namespace: 'scanned' }),
      fakeRegistryToken(() => 'registry-token'),
    ],
    grants: { [user]: grants },
  })
  oci.identity.addApiKey(tenancy, user, publicKey)
  const served = await serveOci(oci)
  const repository = `scanned/${name}`
  const inputs = {
    ...{ layout: layout.path, image: `iad.ocir.io/${repository}`, tags: '1.0' },
    ...{ 'scan-target': 'pipeline', 'also-push-to': `${host}/${repository}-copy` },
    ...{ 'oci-auth': 'api-key', 'oci-tenancy': tenancy, 'oci-user': user },
    'oci-private-key': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
  return {
    ...{ state, repository },
    async push() {
      const ports = { http: throughOcir() }
      const { environment } = served
      const runner = recordingRunner({ folder, inputs, environment, ports })
      const error = await main(runner).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      return { runner, error }
    },
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  }
}

describe('push-ocir with "scan-target"', () => {
  it('has OCI scan what it pushed to, once', async () => {
    await using world = await startWorld(['read repos', 'manage vss-family'])
    const { runner, error } = await world.push()
    expect(error).toBeUndefined()
    expect(world.state.targets).toMatchObject([
      {
        ...{ displayName: 'pipeline', compartmentId: compartment },
        targetRegistry: { repositories: [world.repository.replace('scanned/', '')] },
      },
    ])
    expect(runner.outputs['scan-compartment']).toBe(compartment)
    const summary = runner.summary.join('')
    expect(summary).toContain(`Scanned by OCI from this push on: target <code>pipeline</code>`)
    expect(runner.logged.join('\n')).toContain(`${host} is not OCIR`)
    const { targets } = world.state
    const again = await world.push()
    expect(again.error).toBeUndefined()
    expect(again.runner.outputs).toMatchObject({
      'scan-compartment': compartment,
      'pushed-bytes': '0',
    })
    expect(world.state.targets).toEqual(targets)
  })

  it('hands over what it pushed where OCI does not scan it, and then fails', async () => {
    await using world = await startWorld(['read repos', 'read vss-family'])
    const { runner, error } = await world.push()
    expect(messageOf(error)).toContain('The image is pushed, but OCI does not scan it')
    expect(messageOf(error)).toContain(
      `VSS_CONTAINERSCANTARGET_CREATE, VSS_CONTAINERSCANTARGET_UPDATE, `,
    )
    expect(runner.outputs).toMatchObject({
      image: `iad.ocir.io/${world.repository}@${layout.digest}`,
      tags: `iad.ocir.io/${world.repository}:1.0`,
      'scan-compartment': '',
    })
    expect(runner.summary.join('')).toContain('**OCI does not scan it**: ')
    const held = await registryHoldings(`${host}/${world.repository}`, layout)
    expect(held).toMatchObject({ isWhole: true, tags: { '1.0': layout.digest } })
  })
})
