import { isAbsolute } from 'node:path'
import { ConfigurationError } from '@oke-pipeline/core'
import { readPrivateKey } from '../signing/private-key.ts'
import type { PrincipalPorts } from './ports.ts'
import { readNamedFile } from './read-named-file.ts'
import { renewingSession } from './renewing-session.ts'
import { grantedSession } from './session-key.ts'
import type { GrantedSession } from './session-key.ts'
import type { Session } from './session.ts'
import { shownClaim } from './token-claims.ts'

const prefix = 'OCI_RESOURCE_PRINCIPAL'

/** The version of the environment that is understood here. */
const version = '2.2'

/**
 * The identity that OCI gives to a resource, such as a container instance, by environment
 * variables: `OCI_RESOURCE_PRINCIPAL_RPST` and others, each a value or the absolute path of a file
 * that OCI writes anew before the session ends.
 */
export async function resourcePrincipalSession(ports: PrincipalPorts): Promise<Session> {
  checkVersion(ports)
  return renewingSession(
    {
      describe: ({ subject }) => `the resource ${shownClaim(subject ?? 'that this runner is')}`,
      grant: () => readSession(ports),
    },
    ports.clock,
  )
}

/** Where the resource is. */
export function regionOfResource({ environment }: PrincipalPorts): string | undefined {
  return environment[`${prefix}_REGION`]
}

/** Whether the environment is that of a resource with an identity. */
export function isResource({ environment }: PrincipalPorts): boolean {
  return (environment[`${prefix}_VERSION`] ?? '') !== ''
}

function checkVersion({ environment }: PrincipalPorts): void {
  const given = environment[`${prefix}_VERSION`]
  if (given === version) return
  throw new ConfigurationError({
    title: `${prefix}_VERSION is "${given ?? ''}"`,
    explanation: `Version ${version} of OCI’s resource principals is understood here.`,
    remedy: 'Use another way to get an identity.',
  })
}

async function readSession(ports: PrincipalPorts): Promise<GrantedSession> {
  const [token, pem, passphrase] = await Promise.all([
    valueOf('RPST', ports),
    valueOf('PRIVATE_PEM', ports),
    optionalValueOf('PRIVATE_PEM_PASSPHRASE', ports),
  ])
  const trimmed = token.trim()
  for (const secret of [trimmed, pem]) ports.mask(secret)
  return grantedSession(trimmed, readPrivateKey(pem, passphrase?.trim()), `${prefix}_RPST`)
}

async function valueOf(name: string, ports: PrincipalPorts): Promise<string> {
  const value = await optionalValueOf(name, ports)
  if (value !== undefined) return value
  throw new ConfigurationError({
    title: `${prefix}_${name} is not set`,
    explanation: `${prefix}_VERSION is: the identity of this resource is incomplete.`,
    remedy: 'Set all variables of the resource principal, or use another way to get an identity.',
  })
}

async function optionalValueOf(name: string, ports: PrincipalPorts): Promise<string | undefined> {
  const value = ports.environment[`${prefix}_${name}`]
  if (value === undefined || value === '') return undefined
  if (!isAbsolute(value)) return value
  return readNamedFile(`${prefix}_${name}`, value, ports)
}
