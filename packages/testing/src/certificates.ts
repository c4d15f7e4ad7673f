import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate and its key, in PEM, and the authority that signed it. */
export interface Certified {
  readonly authority: string
  readonly certificate: string
  readonly privateKey: string
}

const rsa = ['-newkey', 'rsa:2048']
const elliptic = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']

/** Makes a certificate for a subject such as `/CN=x`, signed by an authority of its own; with RSA. */
export function certify(subject: string, ...extensions: readonly string[]): Certified {
  return certified(rsa, subject, extensions)
}

/**
 * Makes a certificate for a server, with keys that are made quickly.
 * @param names such as `IP:127.0.0.1` and `DNS:*.example.com`
 */
export function certifyServer(...names: readonly string[]): Certified {
  const extensions = [`subjectAltName=${names.join(',')}`, 'basicConstraints=critical,CA:FALSE']
  return certified(elliptic, '/CN=server', extensions)
}

function certified(
  newKey: readonly string[],
  subject: string,
  extensions: readonly string[],
): Certified {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'))
  const file = (name: string): string => join(folder, name)
  const request = (name: string, of: string, ...more: readonly string[]): void => {
    const key = [...newKey, '-noenc', '-keyout', file(`${name}.key`)]
    const args = ['req', '-x509', ...key, '-out', file(`${name}.pem`), '-subj', of, ...more]
    execFileSync('openssl', args, { stdio: 'ignore' })
  }
  try {
    request('ca', '/CN=authority')
    const signer = ['-CA', file('ca.pem'), '-CAkey', file('ca.key')]
    request('leaf', subject, ...signer, ...extensions.flatMap((value) => ['-addext', value]))
    const read = (name: string): string => readFileSync(file(name), 'utf8')
    return {
      authority: read('ca.pem'),
      certificate: read('leaf.pem'),
      privateKey: read('leaf.key'),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
