import { isIP } from 'node:net'
import { join } from 'node:path'
import { runCommand } from './command.ts'
import type { Authority, CertificateRequest, KeyPair } from './group.ts'

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc']
const validity = ['-days', '30']

/** Makes a certificate authority for one lab; its certificates are good for servers and clients. */
export async function createAuthority(directory: string): Promise<Authority> {
  const certificateFile = join(directory, 'ca.pem')
  const keyFile = join(directory, 'ca-key.pem')
  await runCommand('openssl', [
    ...[
      'req',
      '-x509',
      ...newKey,
      ...validity,
      '-subj',
      '/CN=oke-lab',
      '-keyout',
      keyFile,
      '-out',
      certificateFile,
    ],
    ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
  ])
  return {
    certificateFile,
    keyFile,
    issue: async (fileName, request) => {
      const pair = {
        certificateFile: join(directory, `${fileName}.pem`),
        keyFile: join(directory, `${fileName}-key.pem`),
      }
      await issue(pair, request, [...['-CA', certificateFile], ...['-CAkey', keyFile]])
      return pair
    },
  }
}

async function issue(
  pair: KeyPair,
  request: CertificateRequest,
  signer: readonly string[],
): Promise<void> {
  const organization = request.organization === undefined ? '' : `/O=${request.organization}`
  const names = (request.hosts ?? []).map((host) => `${isIP(host) === 0 ? 'DNS' : 'IP'}:${host}`)
  await runCommand('openssl', [
    ...[
      'req',
      '-x509',
      ...signer,
      ...newKey,
      ...validity,
      '-subj',
      `${organization}/CN=${request.commonName}`,
    ],
    ...['-keyout', pair.keyFile, '-out', pair.certificateFile],
    ...['-addext', 'basicConstraints=critical,CA:FALSE'],
    ...['-addext', 'keyUsage=critical,digitalSignature'],
    ...['-addext', 'extendedKeyUsage=serverAuth,clientAuth'],
    ...(names.length === 0 ? [] : ['-addext', `subjectAltName=${names.join(',')}`]),
  ])
}
