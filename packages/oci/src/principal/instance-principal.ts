import { X509Certificate } from 'node:crypto'
import { ServiceError, messageOf } from '@oke-pipeline/core'
import * as v from 'valibot'
import { ociClient } from '../client/oci-client.ts'
import type { OciPlace } from '../client/oci-client.ts'
import type { OciPorts } from '../client/ports.ts'
import { isOcid } from '../region/ocid.ts'
import type { Ocid } from '../region/ocid.ts'
import { readPrivateKey } from '../signing/private-key.ts'
import { metadata } from './instance-metadata.ts'
import { renewingSession } from './renewing-session.ts'
import { ephemeralKey, grantedSession } from './session-key.ts'
import type { GrantedSession } from './session-key.ts'
import { fixedSession } from './session.ts'
import type { Session } from './session.ts'
import { shownClaim } from './token-claims.ts'

/** What an instance proves itself with: the certificates rotate, so they are read each time. */
interface InstanceIdentity {
  readonly certificate: X509Certificate
  readonly intermediate: string
  readonly privateKey: string
  readonly tenancy: Ocid
}

/** The identity of the instance that the runner is on, for self-hosted runners in OCI. */
export async function instancePrincipalSession(
  base: URL,
  place: OciPlace,
  ports: OciPorts,
): Promise<Session> {
  return renewingSession(
    {
      describe: ({ subject }) => `the instance ${shownClaim(subject ?? 'of this runner')}`,
      grant: async () => federate(await readIdentity(base, ports), place, ports),
    },
    ports.clock,
  )
}

async function readIdentity(base: URL, ports: OciPorts): Promise<InstanceIdentity> {
  const [leaf, privateKey, intermediate] = await Promise.all([
    metadata('identity/cert.pem', base, ports),
    metadata('identity/key.pem', base, ports),
    metadata('identity/intermediate.pem', base, ports),
  ])
  ports.mask(privateKey)
  const certificate = readCertificate(leaf)
  return { certificate, intermediate, privateKey, tenancy: tenancyOf(certificate) }
}

function readCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (error) {
    throw unusable(messageOf(error), error)
  }
}

/** The subject of the leaf certificate has `OU=opc-tenant:<ocid>`, or `opc-identity:` in old ones. */
function tenancyOf({ subject }: X509Certificate): Ocid {
  const tenancy = /opc-(?:tenant|identity):([^\s,+]+)/.exec(subject)?.[1] ?? ''
  if (isOcid(tenancy, 'tenancy')) return tenancy
  throw unusable('its subject names no tenancy')
}

function unusable(problem: string, cause?: unknown): ServiceError {
  return new ServiceError({
    service: 'the metadata service of the instance',
    title: 'The certificate of the instance cannot be used',
    explanation: `What the metadata service gave is not the certificate of an OCI instance: ${problem}.`,
    remedy:
      'Check that this runner is an instance of OCI, and that nothing else answers for its metadata service.',
    ...(cause === undefined ? {} : { cause }),
  })
}

/** Exchanges the proof of the instance for a session that is bound to a new key. */
async function federate(
  identity: InstanceIdentity,
  place: OciPlace,
  ports: OciPorts,
): Promise<GrantedSession> {
  const session = await ephemeralKey()
  const key = {
    keyId: `${identity.tenancy}/fed-x509/${identity.certificate.fingerprint.toLowerCase()}`,
    privateKey: readPrivateKey(identity.privateKey),
  }
  const description = 'the certificate of the instance'
  const client = ociClient(fixedSession({ description }, key), place, ports)
  const { value } = await client.json(
    {
      service: 'auth',
      method: 'POST',
      path: '/x509',
      body: {
        certificate: withoutArmour(identity.certificate.toString()),
        publicKey: session.publicKey,
        intermediateCertificates: [withoutArmour(identity.intermediate)],
        purpose: 'DEFAULT',
      },
      doing: 'Getting a session for the instance',
      policy: 'a dynamic group that has the instance, and policies for it',
    },
    v.object({ token: v.string() }),
  )
  ports.mask(value.token)
  const granted = grantedSession(value.token, session.privateKey, 'OCI’s authentication service')
  return { ...granted, tenancy: granted.tenancy ?? identity.tenancy }
}

function withoutArmour(pem: string): string {
  return pem.replaceAll(/-----[A-Z ]+-----|\s/g, '')
}
