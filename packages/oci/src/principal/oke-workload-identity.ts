import {
  ConfigurationError,
  ServiceError,
  isRetryableStatus,
  messageOf,
  retry,
} from '@oke-pipeline/core'
import * as v from 'valibot'
import { parseJson } from '../client/read-json.ts'
import type { PrincipalPorts } from './ports.ts'
import { renewingSession } from './renewing-session.ts'
import { ephemeralKey, grantedSession } from './session-key.ts'
import type { GrantedSession } from './session-key.ts'
import type { Session } from './session.ts'
import { shownClaim } from './token-claims.ts'
import { postTrusting } from './trusting-request.ts'

const service = 'the identity service of the OKE cluster'
const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount'

/** Whether this runner is a pod of a cluster that gives identities to its workloads. */
export function isOkeWorkload({ environment }: PrincipalPorts): boolean {
  return isSet(environment.KUBERNETES_SERVICE_PORT_PROXYMUX)
}

/** The identity of the pod that the runner is, by its service account: for runners on OKE. */
export async function okeWorkloadSession(
  ports: PrincipalPorts,
  folder = accountFolder,
): Promise<Session> {
  const url = proxyOf(ports)
  return renewingSession(
    {
      describe: ({ subject }) => `the workload ${shownClaim(subject ?? 'that this runner is')}`,
      grant: () => retry(() => request(url, folder, ports), ports),
    },
    ports.clock,
  )
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== ''
}

function proxyOf({ environment }: PrincipalPorts): URL {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT_PROXYMUX: port } = environment
  const name = host?.includes(':') === true ? `[${host}]` : host
  const url = URL.parse(`https://${name ?? ''}:${port ?? ''}/resourcePrincipalSessionTokens`)
  if (isSet(host) && isSet(port) && url !== null) return url
  throw new ConfigurationError({
    title: 'This runner is no pod that has a workload identity of OCI',
    explanation:
      'KUBERNETES_SERVICE_HOST or KUBERNETES_SERVICE_PORT_PROXYMUX is not set: only enhanced OKE clusters set both.',
    remedy: 'Run the runner in an enhanced OKE cluster, or use another way to get an identity.',
  })
}

const answerSchema = v.object({ token: v.pipe(v.string(), v.startsWith('ST$')) })

async function request(url: URL, folder: string, ports: PrincipalPorts): Promise<GrantedSession> {
  // Kubernetes rotates the account's token: it is read each time.
  const [account, authority, key] = await Promise.all([
    readAccount(`${folder}/token`, ports),
    readAccount(`${folder}/ca.crt`, ports),
    ephemeralKey(),
  ])
  ports.mask(account.trim())
  const { status, text } = await postTrusting({
    url,
    authority,
    headers: { authorization: `Bearer ${account.trim()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ podKey: key.publicKey }),
    service,
    signal: ports.signal,
  })
  if (status !== 200) throw refused(status)
  const token = tokenIn(text)
  ports.mask(token)
  return grantedSession(token, key.privateKey, service)
}

async function readAccount(path: string, ports: PrincipalPorts): Promise<string> {
  try {
    return await ports.readFile(path)
  } catch (error) {
    throw new ConfigurationError({
      title: 'The service account of this runner’s pod cannot be read',
      explanation: `${path}: ${messageOf(error)}.`,
      remedy: 'Set "automountServiceAccountToken: true" for the pod of the runner.',
      cause: error,
    })
  }
}

/** The answer is JSON in base64; the token in it comes as the id of a key. */
function tokenIn(text: string): string {
  try {
    const json = Buffer.from(text.replaceAll('"', ''), 'base64').toString()
    return parseJson(answerSchema, json).token.slice('ST$'.length)
  } catch (error) {
    throw new ServiceError({
      service,
      title: 'The OKE cluster gave no identity',
      explanation: `Its answer cannot be used: ${messageOf(error)}.`,
      remedy: 'Run this job again; if it stays, look at the state of the cluster.',
      isRetryable: true,
      cause: error,
    })
  }
}

function refused(status: number): ServiceError {
  return new ServiceError({
    service,
    title: 'The OKE cluster gave no identity',
    explanation: `It answered with ${status}.`,
    remedy:
      'The cluster must be an enhanced one, and the service account of the pod must exist in it.',
    status,
    isRetryable: isRetryableStatus(status),
  })
}
