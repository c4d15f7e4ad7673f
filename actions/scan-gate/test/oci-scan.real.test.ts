import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { GateError, systemHttp } from '@oke-pipeline/core'
import type { Http } from '@oke-pipeline/core'
import { copyLayoutToRegistry, openLayout, parseReference } from '@oke-pipeline/image'
import {
  fakeArtifacts,
  fakeOci,
  fakeRegistryToken,
  fakeVulnerabilityScanning,
  recordingRunner,
  serveOci,
} from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { layoutWith, newJob, npmPackage, runGate } from './gate-harness.ts'
import type { Job, StepOutcome } from './gate-harness.ts'

const host = currentLab().registry?.host ?? ''
const tenancy = 'ocid1.tenancy.oc1..aaaatenancy'
const user = 'ocid1.user.oc1..aaaadeployer'
const compartment = 'ocid1.compartment.oc1..aaaateam'
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

/** The lab's registry, under the name of OCIR. */
function asOcir(http: Http): Http {
  return {
    request(request) {
      if (request.url.host !== 'iad.ocir.io') return http.request(request)
      const url = new URL(`${request.url.pathname}${request.url.search}`, `http://${host}`)
      return http.request({ ...request, url })
    },
  }
}

/** Pushes an image; returns its digest. */
async function push(job: Job): Promise<string> {
  const { path, digest } = await layoutWith(job, npmPackage('minimist', '1.2.0'))
  const reference = parseReference(`${host}/acme/team/app`)
  const ports = recordingRunner({ folder: job.folder })
  await copyLayoutToRegistry(await openLayout(path), { reference, tags: [] }, ports)
  return digest
}

/** IAM: the user may read the repositories and the scan results of the compartment. */
async function judge(problems: readonly unknown[], digestInOcir?: string): Promise<StepOutcome> {
  await using job = await newJob()
  const digest = await push(job)
  const pushed = new Date(Date.now() - 60_000).toISOString()
  const versions = [{ version: 'v1', timeCreated: pushed }]
  const image = { repositoryName: 'team/app', timeCreated: pushed, versions }
  const now = (): Date => new Date()
  const result = {
    id: 'ocid1.vsscontainerscanresult.oc1.iad.aaaa',
    compartmentId: compartment,
    repository: 'team/app',
    image: 'v1',
    timeStarted: pushed,
    timeFinished: pushed,
    problems,
  }
  const images = [{ ...image, digest: digestInOcir ?? digest }]
  const oci = fakeOci({
    services: [
      fakeArtifacts({ tenancy, namespace: 'acme', repositories: [], images }),
      fakeRegistryToken(() => 'a-token'),
      fakeVulnerabilityScanning([result], now),
    ],
    grants: { [user]: ['read repos', 'read vss-family'] },
  })
  await using served = await serveOci(oci)
  oci.identity.addApiKey(tenancy, user, publicKey)
  const http = asOcir(systemHttp('test', new AbortController().signal))
  return await runGate(
    job,
    {
      image: `iad.ocir.io/acme/team/app:v1@${digest}`,
      scanners: 'none',
      'oci-scan': 'true',
      'oci-compartment': compartment,
      'oci-tenancy': tenancy,
      'oci-user': user,
      'oci-private-key': privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    },
    { environment: { ...process.env, ...served.environment }, ports: { http } },
  )
}

const minimist = {
  name: 'CVE-2021-44906',
  severity: 'CRITICAL',
  state: 'OPEN',
  cveReference: 'CVE-2021-44906',
  vulnerablePackages: [{ name: 'minimist', version: '1.2.0', type: 'NPM', cveFixVersion: '1.2.6' }],
}

describe('scan-gate with OCI Vulnerability Scanning', () => {
  it('closes by what OCI found in the image that was pushed', async () => {
    const { runner, error } = await judge([minimist])
    expect(error).toBeInstanceOf(GateError)
    expect(error?.message).toContain('CVE-2021-44906 in minimist 1.2.0')
    expect(runner.outputs).toMatchObject({ verdict: 'fail', critical: '1' })
    expect(runner.summary.join('')).toContain('OCI Vulnerability Scanning')
  })

  it('opens where OCI found nothing bad enough', async () => {
    const { runner, error } = await judge([{ ...minimist, severity: 'LOW' }])
    expect(error).toBeUndefined()
    expect(runner.outputs).toMatchObject({ verdict: 'pass', low: '1' })
  })

  it('fails closed where the tag is another image', async () => {
    const { runner, error } = await judge([], `sha256:${'b'.repeat(64)}`)
    expect(error).toBeInstanceOf(GateError)
    expect(error?.message).toContain('Tag "v1" of "team/app" is another image')
    expect(runner.outputs).toMatchObject({ verdict: 'error' })
  })
})
