import { ConfigurationError } from '@oke-pipeline/core'
import type { OciPlace } from '../client/oci-client.ts'
import { parseOcid } from '../region/ocid.ts'
import { apiKeySession } from './api-key.ts'
import type { PrincipalPorts } from './ports.ts'
import { readNamedFile } from './read-named-file.ts'
import { sessionTokenSession } from './session-token.ts'
import type { Session } from './session.ts'

/** Where OCI's tools keep their profiles, below the home folder. */
export const defaultConfigFile = '~/.oci/config'

/** A profile of a configuration file. */
export interface ConfigFileSettings {
  readonly file: string
  readonly profile: string
}

/** What a profile says, DEFAULT's values included. */
export type Profile = Readonly<Record<string, string>>

/**
 * Reads a profile as OCI's SDKs do: values of DEFAULT count where the profile has none.
 * @throws ConfigurationError when there is no such file or profile.
 */
export async function readProfile(
  { file, profile }: ConfigFileSettings,
  ports: PrincipalPorts,
): Promise<Profile> {
  const sections = parseConfig(await readNamedFile('"oci-config-file"', file, ports))
  const own = sections.get(profile)
  if (own !== undefined) return { ...sections.get('DEFAULT'), ...own }
  throw new ConfigurationError({
    title: `Profile "${profile}" is not in ${file}`,
    explanation: `The file has ${[...sections.keys()].map((name) => `"${name}"`).join(', ') || 'no profile'}.`,
    remedy: 'Give one of them, or add the profile.',
  })
}

/**
 * The identity of a profile: a session where it has `security_token_file`, else an API key.
 * @throws ConfigurationError that names what the profile lacks.
 */
export async function configFileSession(
  profile: Profile,
  place: OciPlace,
  ports: PrincipalPorts,
): Promise<Session> {
  const privateKey = profile.key_content ?? (await readNamed('key_file', profile, ports))
  const passphrase = profile.pass_phrase
  if (profile.security_token_file !== undefined) {
    const token = await readNamed('security_token_file', profile, ports)
    return sessionTokenSession({ token, privateKey, passphrase }, place, ports)
  }
  return apiKeySession(
    {
      tenancy: parseOcid(valueOf('tenancy', profile), 'tenancy'),
      user: parseOcid(valueOf('user', profile), 'user'),
      fingerprint: valueOf('fingerprint', profile),
      privateKey,
      passphrase,
    },
    ports,
  )
}

function parseConfig(text: string): ReadonlyMap<string, Profile> {
  const sections = new Map<string, Record<string, string>>()
  let current: Record<string, string> | undefined
  for (const line of text.split(/\r?\n/)) {
    const name = /^\s*\[([^\]]+)\]\s*$/.exec(line)?.[1]
    if (name !== undefined) {
      current = sections.get(name.trim()) ?? {}
      sections.set(name.trim(), current)
    }
    const [, key, value] = /^\s*([^#;=\s]+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (current !== undefined && key !== undefined && value !== undefined) current[key] = value
  }
  return sections
}

function valueOf(name: string, profile: Profile): string {
  const value = profile[name]
  if (value !== undefined && value !== '') return value
  throw new ConfigurationError({
    title: `The OCI profile has no "${name}"`,
    explanation: `It says: ${Object.keys(profile).join(', ') || 'nothing'}.`,
    remedy: `Add "${name}", or use another way to get an identity.`,
  })
}

async function readNamed(name: string, profile: Profile, ports: PrincipalPorts): Promise<string> {
  return readNamedFile(`"${name}" of the OCI profile`, valueOf(name, profile), ports)
}
