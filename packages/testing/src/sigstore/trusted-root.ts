import { createHash } from 'node:crypto'
import type { initializeCA, initializeCTLog, initializeTLog, initializeTSA } from '@sigstore/mock'

/** What a trust root is made of. */
export interface TrustedParts {
  readonly ca: Awaited<ReturnType<typeof initializeCA>>
  readonly tsa: Awaited<ReturnType<typeof initializeTSA>>
  readonly logs:
    | {
        readonly ctlog: Awaited<ReturnType<typeof initializeCTLog>>
        readonly tlog: Awaited<ReturnType<typeof initializeTLog>>
      }
    | undefined
}

const validFor = { start: '2020-01-01T00:00:00Z' }
const subject = { commonName: 'sigstore', organization: 'sigstore.mock' }

/** `trusted_root.json`, as the specification of Sigstore's trust root has it. */
export function trustedRootText({ ca, tsa, logs }: TrustedParts): string {
  return JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    certificateAuthorities: [authority('https://fulcio.example.com', [ca.rootCertificate])],
    timestampAuthorities: [
      authority('https://timestamp.example.com', [tsa.intCertificate, tsa.rootCertificate]),
    ],
    tlogs: logs === undefined ? [] : [log('https://rekor.example.com', logs.tlog.publicKey)],
    ctlogs: logs === undefined ? [] : [log('https://ctfe.example.com', logs.ctlog.publicKey)],
  })
}

function authority(uri: string, certificates: readonly ArrayBufferView[]): object {
  const chain = certificates.map(({ buffer, byteOffset, byteLength }) => ({
    rawBytes: Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString('base64'),
  }))
  return { subject, uri, certChain: { certificates: chain }, validFor }
}

function log(baseUrl: string, publicKey: Buffer): object {
  return {
    baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: {
      rawBytes: publicKey.toString('base64'),
      keyDetails: 'PKIX_ECDSA_P256_SHA_256',
      validFor,
    },
    logId: { keyId: createHash('sha256').update(publicKey).digest('base64') },
  }
}
