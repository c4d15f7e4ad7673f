import { X509Certificate, createHash, createPublicKey, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

interface ProposedEntry {
  readonly kind: string
  readonly apiVersion: string
  readonly spec: {
    readonly proposedContent: { readonly envelope: string; readonly verifiers: readonly string[] }
  }
}

interface Envelope {
  readonly payload: string
  readonly payloadType: string
  readonly signatures: readonly { readonly sig: string }[]
}

/**
 * What Rekor writes into its log for a DSSE envelope that is proposed: hashes and signatures, not
 * the envelope. As Rekor does, it refuses an envelope that the key given with it has not signed.
 * https://github.com/sigstore/rekor/tree/main/pkg/types/dsse/v0.0.1
 */
export function loggedEntry(
  proposed: string,
): { readonly passed: string } | { readonly refusal: string } {
  const { kind, apiVersion, spec } = JSON.parse(proposed) as ProposedEntry
  if (kind !== 'dsse' || apiVersion !== '0.0.1') return { refusal: `kind ${kind} is not known` }
  const { envelope: text, verifiers } = spec.proposedContent
  const envelope = JSON.parse(text) as Envelope
  const [verifier = ''] = verifiers
  const [signature] = envelope.signatures
  const payload = Buffer.from(envelope.payload, 'base64')
  const signed = preAuthenticationEncoding(envelope.payloadType, payload)
  const isSigned =
    signature !== undefined &&
    verify('sha256', signed, keyOf(verifier), Buffer.from(signature.sig, 'base64'))
  if (!isSigned) return { refusal: 'could not verify envelope' }
  return {
    passed: JSON.stringify({
      kind,
      apiVersion,
      spec: {
        envelopeHash: { algorithm: 'sha256', value: sha256(text) },
        payloadHash: { algorithm: 'sha256', value: sha256(payload) },
        signatures: [{ signature: signature.sig, verifier }],
      },
    }),
  }
}

/** https://github.com/secure-systems-lab/dsse/blob/master/protocol.md */
function preAuthenticationEncoding(type: string, payload: Buffer): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `
  return Buffer.concat([Buffer.from(head), payload])
}

function keyOf(verifier: string): KeyObject {
  const pem = Buffer.from(verifier, 'base64').toString()
  return pem.includes('CERTIFICATE') ? new X509Certificate(pem).publicKey : createPublicKey(pem)
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
