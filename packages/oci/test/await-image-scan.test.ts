import { describe, expect, it } from '@jest/globals'
import { GateError, messageOf } from '@oke-pipeline/core'
import { fakeArtifacts, fakeVulnerabilityScanning } from '@oke-pipeline/testing'
import type { FakeArtifactsState, FakeImage, FakeScanResult } from '@oke-pipeline/testing'
import { compartment, startOci, tenancy, testPorts, user } from './oci-harness.ts'
import type { Harness } from './oci-harness.ts'
import { awaitImageScan, parseOcid } from '@oke-pipeline/oci'
import type { ImageScan, ScanWanted } from '@oke-pipeline/oci'

const digest = `sha256:${'a'.repeat(64)}`
const pushed = '2026-11-25T09:59:00.000Z'
const wanted: ScanWanted = {
  image: { namespace: 'acme', repository: 'team/app', tag: 'v1' },
  digest,
  compartment: parseOcid(compartment),
  deadlineSeconds: 600,
}

// A problem with the fields and values of the API's model (20210215).
const problem = {
  name: 'CVE-2021-44228',
  description: 'JNDI lookups',
  severity: 'CRITICAL',
  state: 'OPEN',
  cveReference: 'CVE-2021-44228',
  timeFirstDetected: '2026-11-25T09:59:30.000Z',
  timeLastDetected: '2026-11-25T09:59:30.000Z',
  vulnerablePackages: [
    {
      name: 'log4j-core',
      version: '2.14.1',
      type: 'JAVA',
      cveFixVersion: '2.15.0',
      locations: ['a.jar'],
    },
  ],
}

function image(changes: Partial<FakeImage> = {}): FakeImage {
  const versions = [{ version: 'v1', timeCreated: pushed }]
  return { repositoryName: 'team/app', digest, timeCreated: pushed, versions, ...changes }
}

function result(changes: Partial<FakeScanResult> = {}): FakeScanResult {
  return {
    id: 'ocid1.vsscontainerscanresult.oc1.iad.aaaa',
    compartmentId: compartment,
    repository: 'team/app',
    image: 'v1',
    timeStarted: '2026-11-25T09:59:20.000Z',
    timeFinished: '2026-11-25T09:59:50.000Z',
    problems: [problem],
    ...changes,
  }
}

interface Case {
  readonly results?: readonly FakeScanResult[]
  readonly images?: readonly FakeImage[]
  readonly grants?: readonly string[]
  readonly during?: (harness: Harness, artifacts: FakeArtifactsState) => void
}

/** IAM: the user may read repositories and scan results of the compartment. */
async function scan(given: Case = {}): Promise<{ outcome: ImageScan | Error; harness: Harness }> {
  const { results = [result()], images = [image()] } = given
  const { grants = ['read repos', 'read vss-family'] } = given
  const artifacts = { tenancy, namespace: 'acme', repositories: [], images }
  const ports = testPorts()
  const vss = fakeVulnerabilityScanning(results, () => ports.clock.now())
  await using harness = await startOci({
    services: [fakeArtifacts(artifacts), vss],
    grants: { [user]: grants },
  })
  given.during?.(harness, artifacts)
  const client = harness.client
  const waiting = { ...ports, clock: { ...ports.clock, sleep: both(harness, ports) } }
  const outcome = await awaitImageScan(wanted, client, waiting).catch((error: unknown) => error)
  return { outcome: outcome as ImageScan | Error, harness }
}

/** The clocks of the gate and of OCI go together. */
function both(harness: Harness, ports: ReturnType<typeof testPorts>) {
  return async (seconds: number): Promise<void> => {
    harness.ports.pass(seconds)
    await ports.clock.sleep(seconds)
  }
}

describe('awaitImageScan', () => {
  it('reads what OCI found in the image, in its own words', async () => {
    const closed = {
      ...problem,
      name: 'old',
      cveReference: undefined,
      state: 'FIXED',
      severity: 'X',
    }
    const { outcome } = await scan({ results: [result({ problems: [problem, closed] })] })
    expect(outcome).toMatchObject({
      repository: 'team/app',
      image: 'v1',
      finishedAt: new Date('2026-11-25T09:59:50.000Z'),
      problems: [
        {
          id: 'CVE-2021-44228',
          severity: 'critical',
          isOpen: true,
          packages: [
            {
              name: 'log4j-core',
              version: '2.14.1',
              type: 'JAVA',
              fixedIn: '2.15.0',
              locations: ['a.jar'],
            },
          ],
        },
        { id: 'old', severity: 'unknown', isOpen: false },
      ],
    })
  })

  it('waits for a scan that has not ended yet', async () => {
    const late = result({ timeFinished: '2026-11-25T10:01:30.000Z' })
    const { outcome, harness } = await scan({ results: [late] })
    expect(outcome).toMatchObject({ id: late.id })
    const lists = harness.oci.seen.filter(({ target }) => target.includes('Results?'))
    expect(lists).toHaveLength(6)
  })

  it('takes the newest of many scans, on whatever page it is', async () => {
    const many = Array.from({ length: 230 }, (_, index) =>
      result({
        id: `ocid1.vsscontainerscanresult.oc1.iad.n${index}`,
        timeStarted: new Date(Date.parse(pushed) + ((index * 7) % 230) * 100).toISOString(),
      }),
    )
    const { outcome } = await scan({ results: many })
    const newest = many.toSorted((a, b) => b.timeStarted.localeCompare(a.timeStarted))[0]
    expect(outcome).toMatchObject({ id: newest?.id })
  })

  it('lets an image without problems be what it is', async () => {
    const { outcome } = await scan({ results: [result({ problems: [] })] })
    expect(outcome).toMatchObject({ problems: [] })
  })

  it.each<Case & { name: string; says: string }>([
    { name: 'no scan in time', results: [], says: 'OCI has not scanned "team/app:v1" in time' },
    {
      name: 'a scan from before the tag was given to the image',
      results: [result({ timeStarted: '2026-11-25T09:58:59.000Z' })],
      says: 'has not scanned "team/app:v1" in time',
    },
    {
      name: 'a scan of another tag only',
      results: [result({ image: 'v2' })],
      says: 'has not scanned "team/app:v1" in time',
    },
    {
      name: 'a scan in another compartment',
      results: [result({ compartmentId: tenancy })],
      says: '"oci-compartment" is the compartment of the scan target',
    },
    {
      name: 'a tag that is another image',
      images: [image({ digest: `sha256:${'b'.repeat(64)}` })],
      says: `The tag is sha256:${'b'.repeat(64)}; to be judged is ${digest}`,
    },
    {
      name: 'a result that is not whole',
      results: [result({ problemCount: 7 })],
      says: 'It says that it has 7 problems, and lists 1',
    },
    {
      name: 'a result about another image',
      during: ({ oci }) =>
        oci.failNext({
          status: 200,
          only: 'GET /20210215/containerScanResults/',
          body: { ...result({ image: 'v2' }), problemCount: 1 },
        }),
      says: 'is about "team/app:v2"',
    },
  ])('closes the gate for $name', async ({ says, ...given }) => {
    const { outcome } = await scan(given)
    expect(outcome).toBeInstanceOf(GateError)
    expect(messageOf(outcome)).toContain(says)
  })

  it('closes the gate where the tag was moved while the scan was read', async () => {
    const moved = [image({ digest: `sha256:${'c'.repeat(64)}` })]
    const { outcome } = await scan({
      results: [result({ timeFinished: '2026-11-25T10:00:10.000Z' })],
      during: ({ oci }, artifacts) => {
        const { handle } = oci
        oci.handle = (request) => {
          if (request.target.includes('Results/')) artifacts.images = moved
          return handle(request)
        }
      },
    })
    expect(outcome).toBeInstanceOf(GateError)
    expect(messageOf(outcome)).toContain('is another image')
  })

  it.each([
    { grants: ['read repos'], says: 'read vss-family' },
    { grants: ['read vss-family'], says: 'read repos' },
    { grants: ['read repos', 'inspect vss-family'], says: 'read vss-family' },
  ])('names the policy that it takes, with only $grants', async ({ grants, says }) => {
    const { outcome } = await scan({ grants })
    expect(outcome).not.toBeInstanceOf(GateError)
    expect(messageOf(outcome)).toContain(`It takes the policy: Allow group … to ${says}`)
  })

  it.each([
    { body: { items: [{}] } },
    { body: { items: [{ id: '', timeStarted: pushed, problemCount: 0 }] } },
    { body: { items: [{ id: 'x', timeStarted: 'yesterday', problemCount: 0 }] } },
    { body: 'null' },
  ])('lets no list pass that it cannot read: $body', async ({ body }) => {
    const { outcome } = await scan({
      during: ({ oci }) =>
        oci.failNext({ status: 200, only: 'GET /20210215/containerScanResults?', body, times: 99 }),
    })
    expect(messageOf(outcome)).toContain('got an answer that cannot be used')
  })
})
