import { createPublicKey, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { verifiedClaims } from '../oci/jwt.ts'

interface SigningCertificateRequest {
  readonly credentials: { readonly oidcIdentityToken: string }
  readonly publicKeyRequest: {
    readonly publicKey: { readonly content: string }
    readonly proofOfPossession: string
  }
}

/**
 * Checks a request for a certificate as Fulcio does: the token is of the issuer, for Sigstore and
 * valid, and the key's holder has signed the token's subject. The identity of a workflow is where
 * its reusable workflow is, as an address.
 */
export function checkedRequest(
  body: string,
  issuerKey: KeyObject,
  now: Date,
): { readonly passed: string } | { readonly refusal: string } {
  const request = JSON.parse(body) as SigningCertificateRequest
  const { publicKey, proofOfPossession } = request.publicKeyRequest
  const claims = verifiedClaims(request.credentials.oidcIdentityToken, issuerKey, now)
  if (claims?.aud !== 'sigstore') return { refusal: 'There was an error processing the token' }
  const proof = Buffer.from(proofOfPossession, 'base64')
  const subject = Buffer.from(String(claims.sub))
  if (!verify('sha256', subject, createPublicKey(publicKey.content), proof)) {
    return { refusal: 'The signature supplied in the request could not be verified' }
  }
  const identity = `https://github.com/${String(claims.job_workflow_ref)}`
  const token = ['e30', Buffer.from(JSON.stringify({ ...claims, identity })), 'x']
  const oidcIdentityToken = token
    .map((part) => (typeof part === 'string' ? part : part.toString('base64url')))
    .join('.')
  return { passed: JSON.stringify({ ...request, credentials: { oidcIdentityToken } }) }
}
