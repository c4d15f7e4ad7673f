import { generateKeyPairSync } from 'node:crypto'
import { systemHttp } from '@oke-pipeline/core'
import { fakeOci, recordingLog, serveOci } from '@oke-pipeline/testing'
import type { FakeOci, FakeOciSettings, ServedOci } from '@oke-pipeline/testing'
import { endpointOverrides, findRegion, fixedSession, ociClient } from '@oke-pipeline/oci'
import type { OciClient, OciPorts } from '@oke-pipeline/oci'

export const tenancy = 'ocid1.tenancy.oc1..aaaatenancy'
export const user = 'ocid1.user.oc1..aaaadeployer'
export const compartment = 'ocid1.compartment.oc1..aaaateam'
export const region = findRegion('iad')

/** Ports whose clock does not wait, and what they were told. */
export interface TestPorts extends OciPorts {
  readonly slept: number[]
  readonly logged: string[]
  readonly masked: string[]
  /** Moves the clock. */
  pass(seconds: number): void
}

export function testPorts(start = new Date('2026-11-25T10:00:00Z')): TestPorts {
  const logged: string[] = []
  const slept: number[] = []
  const masked: string[] = []
  let time = start.getTime()
  const signal = new AbortController().signal
  return {
    slept,
    logged,
    masked,
    pass: (seconds) => void (time += seconds * 1000),
    http: systemHttp('test', signal),
    log: recordingLog(logged),
    signal,
    random: () => 0.5,
    mask: (secret) => void masked.push(secret),
    clock: {
      now: () => new Date(time),
      sleep(seconds) {
        slept.push(seconds)
        time += seconds * 1000
        return Promise.resolve()
      },
    },
  }
}

/** Making a key takes longer than a test: all of a file have the same one. */
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

/** A fake of OCI that is served, and a client of it as a user with an API key. */
export interface Harness extends AsyncDisposable {
  readonly oci: FakeOci
  readonly served: ServedOci
  readonly client: OciClient
  readonly ports: TestPorts
}

/** Starts them; OCI's clock is so many seconds ahead of the client's. */
export async function startOci(settings: FakeOciSettings, aheadSeconds = 0): Promise<Harness> {
  const ports = testPorts()
  const now = (): Date => new Date(ports.clock.now().getTime() + aheadSeconds * 1000)
  const oci = fakeOci({ now, ...settings })
  const served = await serveOci(oci)
  const keyId = oci.identity.addApiKey(tenancy, user, publicKey)
  const session = fixedSession({ description: `the API key of ${user}` }, { keyId, privateKey })
  const overrides = endpointOverrides(served.environment)
  return {
    oci,
    served,
    ports,
    client: ociClient(session, { region, overrides }, ports),
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  }
}
