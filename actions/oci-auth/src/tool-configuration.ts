import { fingerprintOf } from '@oke-pipeline/oci'
import type { GrantedSession, Region } from '@oke-pipeline/oci'
import type { JobFolder } from './job-folder.ts'

/** What OCI's tools are told, as environment variables. */
export type Variables = Readonly<Record<string, string>>

/** Names of the files of a session. */
export const sessionFiles = { token: 'token', key: 'key.pem' } as const

/**
 * Writes a session as OCI CLI, the SDKs and Terraform read it, and as `oci session authenticate`
 * writes it: a configuration with the profile DEFAULT, and files for token and key.
 */
export async function writeToolConfiguration(
  { key, token, tenancy }: GrantedSession,
  region: Region,
  folder: JobFolder,
): Promise<{ readonly configFile: string; readonly variables: Variables }> {
  const pem = key.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const keyFile = await folder.write(sessionFiles.key, pem)
  const tokenFile = await folder.write(sessionFiles.token, token)
  const lines = [
    '[DEFAULT]',
    `region=${region.id}`,
    ...(tenancy === undefined ? [] : [`tenancy=${tenancy}`]),
    `fingerprint=${fingerprintOf(key.privateKey)}`,
    `key_file=${keyFile}`,
    `security_token_file=${tokenFile}`,
    '',
  ]
  const configFile = await folder.write('config', lines.join('\n'))
  return {
    configFile,
    variables: {
      OCI_CLI_AUTH: 'security_token',
      OCI_CLI_CONFIG_FILE: configFile,
      OCI_CLI_PROFILE: 'DEFAULT',
      OCI_CLI_REGION: region.id,
      OCI_CLI_KEY_FILE: keyFile,
      OCI_CLI_SECURITY_TOKEN_FILE: tokenFile,
      // The SDKs, and Terraform's provider, which is made with the one for Go.
      OCI_CONFIG_FILE: configFile,
      ...(tenancy === undefined ? {} : { OCI_CLI_TENANCY: tenancy }),
    },
  }
}
