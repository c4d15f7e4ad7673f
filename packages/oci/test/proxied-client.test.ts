import { generateKeyPairSync } from 'node:crypto'
import { request } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { describe, expect, it } from '@jest/globals'
import { systemHttp } from '@oke-pipeline/core'
import {
  certifyServer,
  fakeContainerEngine,
  fakeOci,
  serveOci,
  startConnectProxy,
} from '@oke-pipeline/testing'
import { region, tenancy, testPorts, user } from './oci-harness.ts'
import { clusterAccess, fixedSession, ociClient, parseOcid } from '@oke-pipeline/oci'

const cluster = parseOcid('ocid1.cluster.oc1.iad.aaaa', 'cluster')
const host = 'containerengine.us-ashburn-1.oci.oraclecloud.com'

/** What Oracle's host would be: its certificate, and OCI behind it. */
async function serveSecurely(
  behind: string,
): Promise<{ readonly port: number; readonly authority: string; close(): void }> {
  const { authority, certificate, privateKey } = certifyServer(`DNS:${host}`)
  const server = createServer({ cert: certificate, key: privateKey }, (incoming, outgoing) => {
    const { method, headers, url = '' } = incoming
    const onward = request(`${behind}${url}`, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(onward)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  return {
    port,
    authority,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

describe('ociClient on a runner that reaches the outside by a proxy', () => {
  it('calls Oracle’s own host through it, signed for that host', async () => {
    const trusted = getCACertificates('default')
    const ports = testPorts()
    // IAM: the user may use clusters.
    const oci = fakeOci({
      now: () => ports.clock.now(),
      services: [
        fakeContainerEngine([
          { id: cluster, server: 'https://10.0.0.7:6443', certificateAuthority: 'LS0tLQ==' },
        ]),
      ],
      grants: { [user]: ['use clusters'] },
    })
    await using served = await serveOci(oci)
    const oracle = await serveSecurely(served.url)
    await using proxy = await startConnectProxy({
      routeOf: (asked) => (asked === `${host}:443` ? `127.0.0.1:${oracle.port}` : undefined),
    })
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const keyId = oci.identity.addApiKey(tenancy, user, publicKey)
    const session = fixedSession({ description: 'a key' }, { keyId, privateKey })
    const http = systemHttp('test', ports.signal, { https_proxy: proxy.url })
    setDefaultCACertificates([...trusted, oracle.authority])
    try {
      const client = ociClient(session, { region }, { ...ports, http })
      const { server } = await clusterAccess(client, cluster, 'private')
      expect(server).toBe('https://10.0.0.7:6443')
      expect(proxy.asked).toEqual([`CONNECT ${host}:443`])
      expect(oci.seen.map(({ headers }) => headers.host)).toEqual([host])
    } finally {
      setDefaultCACertificates(trusted)
      oracle.close()
    }
  })
})
