import type { NeededRule } from './needed-rules.ts'

/** The name of the Role and of its binding. */
export const roleName = 'oke-pipeline-deploy'

/** Whom a Role is given to. */
export interface RoleSubject {
  readonly kind: 'User' | 'Group'
  /** As the cluster knows it: on OKE the OCID of a user, a group or a dynamic group. */
  readonly name: string
}

/** A Role as YAML, with what each of its rules is for. */
export function roleManifest(rules: readonly NeededRule[], namespace?: string): string {
  return lines([
    'apiVersion: rbac.authorization.k8s.io/v1',
    'kind: Role',
    ...metadata(namespace),
    'rules:',
    ...rules.flatMap(ruleLines),
  ])
}

/** The binding that gives the Role to a subject, as YAML. */
export function roleBindingManifest(subject: RoleSubject, namespace: string): string {
  const apiGroup = 'rbac.authorization.k8s.io'
  return lines([
    `apiVersion: ${apiGroup}/v1`,
    'kind: RoleBinding',
    ...metadata(namespace),
    'subjects:',
    `  - { apiGroup: ${apiGroup}, kind: ${subject.kind}, name: ${quoted(subject.name)} }`,
    `roleRef: { apiGroup: ${apiGroup}, kind: Role, name: ${roleName} }`,
  ])
}

function metadata(namespace: string | undefined): readonly string[] {
  return [
    'metadata:',
    `  name: ${roleName}`,
    ...(namespace === undefined ? [] : [`  namespace: ${quoted(namespace)}`]),
  ]
}

function ruleLines({ why, apiGroup, resources, verbs }: NeededRule): readonly string[] {
  return [
    `  # ${why}`,
    `  - apiGroups: [${quoted(apiGroup)}]`,
    `    resources: [${resources.join(', ')}]`,
    `    verbs: [${verbs.join(', ')}]`,
  ]
}

/** In single quotes, as YAML has it: nothing but the quote itself means anything in them. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function lines(parts: readonly string[]): string {
  return `${parts.join('\n')}\n`
}
