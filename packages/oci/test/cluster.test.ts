import { createPublicKey } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { messageOf } from '@oke-pipeline/core'
import { authenticateClusterToken, fakeContainerEngine } from '@oke-pipeline/testing'
import { region, startOci, testPorts, user } from './oci-harness.ts'
import { sampleKeyId, samplePem } from './sample-key.ts'
import {
  clusterAccess,
  clusterToken,
  findRegion,
  fixedSession,
  parseOcid,
  readPrivateKey,
} from '@oke-pipeline/oci'

const cluster = parseOcid('ocid1.cluster.oc1.phx.aaaaexample', 'cluster')
const privateKey = readPrivateKey(samplePem)

describe('clusterToken', () => {
  const session = fixedSession(
    { description: 'the sample key' },
    { keyId: sampleKeyId, privateKey },
  )
  const phoenix = { session, region: findRegion('us-phoenix-1') }
  const { clock } = testPorts(new Date('2026-11-23T12:00:00Z'))

  it('is the golden token of the sample key', async () => {
    const { token, expiresAt } = await clusterToken(phoenix, cluster, clock)
    const url = new URL(Buffer.from(token, 'base64url').toString())
    expect(url.origin + url.pathname).toBe(
      'https://containerengine.us-phoenix-1.oraclecloud.com/cluster_request/ocid1.cluster.oc1.phx.aaaaexample',
    )
    // Signed by the same key with node:crypto and, independently, by the algorithm of OCI CLI.
    expect(url.searchParams.get('authorization')).toContain(
      'signature="ICs13gW6Ed5ogdHf6kT3BrpV5QZEGO8FpdgBI5oNpZatS3M//wurGpjhFDzlo+cAQEUZX60BK5Ep+TRuFb3hhSSJ+Ekkvt0ug1GAZ2ERleJyK1bRoW1ych6uPRFQKMOrDEPFwLaQo1TDQDjGBTMZA7c1mxlUKpAflP3n7KYn8HE="',
    )
    expect(url.search).toMatch(
      /^\?authorization=Signature\+version%3D%221%22%2Cheaders%3D%22date\+/,
    )
    expect(url.search).toMatch(/&date=Mon%2C\+23\+Nov\+2026\+12%3A00%3A00\+GMT$/)
    expect(expiresAt.toISOString()).toBe('2026-11-23T12:04:00.000Z')
    expect(token).toMatch(/^[A-Za-z0-9_-]+={0,2}$/)
    expect(token.length % 4).toBe(0)
  })

  it.each([
    { name: 'for this cluster', id: cluster, seconds: 0, principal: user },
    { name: 'for another cluster', id: 'ocid1.cluster.oc1.phx.other', seconds: 0 },
    { name: 'after five minutes', id: cluster, seconds: 301 },
  ])('is taken by the API server $name: $principal', async ({ id, seconds, principal }) => {
    await using harness = await startOci({})
    const { identity } = harness.oci
    const keyId = identity.addApiKey('ocid1.tenancy.oc1..a', user, createPublicKey(privateKey))
    const own = { session: fixedSession({ description: 'a key' }, { keyId, privateKey }), region }
    const { token } = await clusterToken(own, cluster, harness.ports.clock)
    harness.ports.pass(seconds)
    const now = harness.ports.clock.now()
    expect(authenticateClusterToken(token, id, { identity, now })).toBe(principal)
  })
})

describe('clusterAccess', () => {
  const fake = {
    id: cluster,
    server: 'https://192.0.2.7:6443',
    certificateAuthority: 'LS0tLS1CRUdJTg==',
  }

  it.each(['public', 'private', 'vcn-hostname'] as const)(
    'finds the %s endpoint',
    async (endpoint) => {
      // IAM: the user may use clusters.
      await using harness = await startOci({
        services: [fakeContainerEngine([fake])],
        grants: { [user]: ['use clusters'] },
      })
      await expect(clusterAccess(harness.client, cluster, endpoint)).resolves.toEqual({
        server: fake.server,
        certificateAuthority: fake.certificateAuthority,
      })
    },
  )

  it('names the policy that it takes', async () => {
    // IAM: reading clusters is not enough.
    await using harness = await startOci({
      services: [fakeContainerEngine([fake])],
      grants: { [user]: ['read clusters'] },
    })
    const access = clusterAccess(harness.client, cluster, 'public')
    await expect(access).rejects.toThrow('Allow group … to use clusters in compartment …')
  })

  it.each([
    {
      name: 'without a public endpoint',
      given: { isPublic: false },
      says: 'has no public endpoint: It has: private. Give "cluster-endpoint: private"',
    },
    { name: 'that is deleted', given: { state: 'DELETED' }, says: 'Its state in OCI is DELETED.' },
  ])('says what is the matter with a cluster $name', async ({ given, says }) => {
    await using harness = await startOci({
      services: [fakeContainerEngine([{ ...fake, ...given }])],
      grants: { [user]: ['use clusters'] },
    })
    await expect(clusterAccess(harness.client, cluster, 'public')).rejects.toThrow(says)
  })

  it('passes on what OCI says where the cluster is as it should be', async () => {
    await using harness = await startOci({
      services: [fakeContainerEngine([fake])],
      grants: { [user]: ['use clusters'] },
    })
    harness.oci.failNext({
      only: 'POST',
      status: 400,
      body: { code: 'InvalidParameter', message: 'tokenVersion' },
    })
    const access = clusterAccess(harness.client, cluster, 'public')
    await expect(access).rejects.toThrow('(InvalidParameter: tokenVersion)')
  })

  it.each([
    'clusters: []',
    'clusters: [{cluster: {server: "http://192.0.2.7", certificate-authority-data: "YQ=="}}]',
    'clusters: [{cluster: {server: "https://192.0.2.7"}}]',
    '{{{',
    '',
  ])('refuses the kubeconfig %j', async (body) => {
    await using harness = await startOci({})
    harness.oci.failNext({ status: 200, body, times: 9 })
    const message = await clusterAccess(harness.client, cluster, 'public').catch(messageOf)
    expect(message).toContain('OCI gave no usable kubeconfig')
  })
})
