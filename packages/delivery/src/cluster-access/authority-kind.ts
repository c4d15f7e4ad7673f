import { X509Certificate } from 'node:crypto'
import { UnacceptableValue } from '@oke-pipeline/core'
import type { Kind } from '@oke-pipeline/core'

const certificates = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Certificates of authorities, as PEM or base64 of it; the value is base64, as kubeconfigs have it. */
export function authorityKind(): Kind<string> {
  return {
    type: 'Text',
    expects: 'a certificate in PEM, or base64 of it',
    parse(value) {
      const pem = value.includes('-----') ? value : Buffer.from(value, 'base64').toString('utf8')
      const found = pem.match(certificates) ?? []
      if (found.length === 0) throw new UnacceptableValue('it has no certificate')
      for (const certificate of found) checkCertificate(certificate)
      return Buffer.from(`${found.join('\n')}\n`).toString('base64')
    },
  }
}

function checkCertificate(pem: string): void {
  try {
    new X509Certificate(pem)
  } catch (error) {
    throw new UnacceptableValue('a certificate in it cannot be read', { cause: error })
  }
}
