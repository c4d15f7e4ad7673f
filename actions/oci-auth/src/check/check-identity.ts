import { findIdentity, isPinned, trustRule, workflowToken } from '@oke-pipeline/oci'
import type { OciIdentity, PrincipalPorts } from '@oke-pipeline/oci'
import type { Inputs } from '../declaration.ts'
import { failed, works } from './check.ts'
import type { Check, Checked } from './check.ts'

/** Who the job is: to GitHub, where that counts, and to OCI. */
export interface CheckedIdentity {
  /** Subject of the workflow's token; undefined where the identity is not made from it. */
  readonly subject: string | undefined
  readonly identity: OciIdentity | undefined
}

/** Gets the identity that the inputs ask for. */
export async function checkIdentity(
  inputs: Inputs,
  ports: PrincipalPorts,
): Promise<Checked<CheckedIdentity>> {
  if (!usesWorkflowToken(inputs, ports)) {
    const { checks, value } = await checkSession(inputs, ports)
    return { checks, value: { subject: undefined, identity: value } }
  }
  const token = await workflowToken(inputs['oci-audience'], ports)
  if ('refusal' in token) {
    const subject = undefined
    const checks = [failed('Token of this workflow', token.refusal)]
    return { checks, value: { subject, identity: undefined } }
  }
  const { subject } = token
  const { checks, value } = await checkSession(inputs, ports, subject)
  const about = [works('Token of this workflow', `GitHub says that it is ${subject}.`)]
  return { checks: [...about, pinning(subject), ...checks], value: { subject, identity: value } }
}

function usesWorkflowToken(inputs: Inputs, { environment }: PrincipalPorts): boolean {
  const way = inputs['oci-auth']
  if (way !== 'auto') return way === 'github-oidc'
  const variable = environment.OCI_TOKEN_EXCHANGE_DOMAIN_URL ?? ''
  return inputs['oci-domain-url'] !== undefined || variable !== ''
}

function pinning(subject: string): Check {
  const name = 'Job of one environment'
  if (isPinned(subject)) {
    return works(name, 'A trust can let in this environment of this repository alone.')
  }
  return {
    name,
    outcome: 'warns',
    says: 'The job names no environment: a trust could only be pinned to a branch, and without the environment’s protection rules.',
    fixes: [
      'environment: production # in the job, beside "runs-on"',
      'environment: dev # for build.yml, below "with": one rule lets in build and deployment',
    ],
  }
}

async function checkSession(
  inputs: Inputs,
  ports: PrincipalPorts,
  subject?: string,
): Promise<Checked<OciIdentity>> {
  const name = subject === undefined ? 'Identity in OCI' : 'Token exchange'
  try {
    const identity = await findIdentity(inputs, ports)
    const granted = await identity.session.granted()
    const until = granted === undefined ? '' : `, until ${granted.expiresAt.toISOString()}`
    const says = `${identity.session.description} (${identity.way})${until}.`
    return { checks: [works(name, says)], value: identity }
  } catch (error) {
    const rule = subject === undefined ? [] : [trustRule(subject)]
    return { checks: [failed(name, error, rule)], value: undefined }
  }
}
