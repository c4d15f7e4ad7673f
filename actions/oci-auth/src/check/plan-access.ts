import { environmentSubject, isPinned } from '@oke-pipeline/oci'
import type { AccessPlan, PolicySubject, PrincipalPorts, TrustPlan } from '@oke-pipeline/oci'
import type { Inputs } from '../declaration.ts'
import type { CheckedIdentity } from './check-identity.ts'
import type { CheckTarget } from './check-target.ts'

const unknownGroup: PolicySubject = { named: "group '<domain>'/'<group>'" }

/** What the identity needs for all that is to be checked, whether it has it already or not. */
export function planAccess(
  inputs: Inputs,
  target: CheckTarget,
  known: CheckedIdentity,
  { environment }: Pick<PrincipalPorts, 'environment'>,
): AccessPlan {
  return {
    purposes: target.purposes,
    parts: {
      repositories: (target.images ?? []).map(({ name }) => name),
      cluster: target.cluster,
      key: target.key,
      compartment: target.compartment,
    },
    subject: inputs['check-group'] ?? subjectOf(known),
    trust: trustFor(inputs, known.subject, environment.GITHUB_REPOSITORY),
    domainUrl: inputs['oci-domain-url']?.origin,
    tenancy: known.identity?.session.tenancy,
  }
}

function subjectOf({ identity }: CheckedIdentity): PolicySubject {
  const subject = identity?.session.subject
  if (subject === undefined) return unknownGroup
  return subject.startsWith('ocid1.user.') ? { user: subject } : { resource: subject }
}

/** For the environments that are asked for, else for that of the job, if it names one. */
function trustFor(
  inputs: Inputs,
  subject: string | undefined,
  repository: string | undefined,
): TrustPlan | undefined {
  const environments = inputs['check-environment']
  if (subject === undefined && environments === undefined) return undefined
  const audience = inputs['oci-audience']
  if (environments === undefined && subject !== undefined && isPinned(subject)) {
    return { subjects: [subject], audience }
  }
  // The subject has the numbers of owner and repository where GitHub puts them in.
  const name = /^repo:([^:]+):/.exec(subject ?? '')?.[1] ?? repository ?? '<owner>/<repository>'
  const wanted = environments ?? ['<environment>']
  return { subjects: wanted.map((wish) => environmentSubject(name, wish)), audience }
}
