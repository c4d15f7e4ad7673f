import { ConfigurationError } from '@oke-pipeline/core'
import type { Permission, PipelineParts } from './permission.ts'

/** Whom a policy is for. */
export type PolicySubject =
  /** As a policy names it: `group 'Default'/'deployers'`, `dynamic-group runners`. */
  | { readonly named: string }
  /** One user, without a group. */
  | { readonly user: string }
  /** One resource, such as an instance. */
  | { readonly resource: string }

const namedGrammar =
  /^(?:group|dynamic-group) (?:id ocid1\.[a-z0-9.-]+|(?:'[\w .@-]+'\/)?'[\w .@-]+'|(?:[\w.@-]+\/)?[\w.@-]+)$/

/**
 * Reads whom a policy is for, as policies name it.
 * @throws {@link ConfigurationError} when it is no group.
 */
export function parsePolicySubject(text: string): PolicySubject {
  if (namedGrammar.test(text)) return { named: text }
  throw new ConfigurationError({
    title: `"${text}" is not what a policy can name`,
    explanation: 'It is a group or a dynamic group, with its identity domain.',
    remedy: "Write it as \"group 'Default'/'deployers'\" or \"dynamic-group 'Default'/'runners'\".",
  })
}

/**
 * The IAM policies that allow something to someone, each as narrow as it can be: one for each
 * repository, since conditions are not nested.
 */
export function policyStatements(
  permission: Pick<Permission, 'allows' | 'narrowedTo' | 'service'>,
  parts: PipelineParts,
  identity: PolicySubject,
): readonly string[] {
  const { allows, service } = permission
  const subject = service === undefined ? identity : { named: `service ${service}` }
  const place = parts.compartment === undefined ? 'tenancy' : placeOf(parts.compartment)
  const start = `Allow ${nameOf(subject)} to ${allows} in ${place}`
  const narrowings = narrowingsOf(permission, parts)
  return (narrowings.length === 0 ? [undefined] : narrowings).map((narrowing) => {
    const conditions = [subjectCondition(subject), narrowing]
    return `${start}${where(conditions.filter((condition) => condition !== undefined))}`
  })
}

/** The policy for a tenancy is written without its OCID. */
function placeOf(compartment: string): string {
  return compartment.startsWith('ocid1.tenancy.') ? 'tenancy' : `compartment id ${compartment}`
}

function nameOf(subject: PolicySubject): string {
  return 'named' in subject ? subject.named : 'any-user'
}

function subjectCondition(subject: PolicySubject): string | undefined {
  if ('named' in subject) return undefined
  return 'user' in subject
    ? `request.user.id='${subject.user}'`
    : `request.principal.id='${subject.resource}'`
}

function narrowingsOf(
  { narrowedTo }: Pick<Permission, 'narrowedTo'>,
  { repositories, cluster, key }: PipelineParts,
): readonly string[] {
  switch (narrowedTo) {
    case 'repositories':
      return repositories.map((name) => `target.repo.name='${name}'`)
    case 'cluster':
      return cluster === undefined ? [] : [`target.cluster.id='${cluster}'`]
    case 'key':
      return key === undefined ? [] : [`target.key.id='${key}'`]
    case undefined:
      return []
  }
}

function where(conditions: readonly string[]): string {
  if (conditions.length === 0) return ''
  return ` where ${conditions.length === 1 ? conditions.join('') : `all {${conditions.join(', ')}}`}`
}
