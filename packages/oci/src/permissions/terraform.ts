import { planStatements } from './access-plan.ts'
import type { AccessPlan } from './access-plan.ts'
import { permissions } from './permission.ts'
import type { Permission, Purpose } from './permission.ts'
import { policyStatements } from './policy-statement.ts'

/** Text as a string of Terraform, in which nothing is interpolated. */
function terraformString(text: string): string {
  return JSON.stringify(text).replaceAll(/[$%](?=\{)/g, (sign) => sign + sign)
}

/** The policies of a plan as a resource of Terraform's provider `oracle/oci`. */
export function terraformPolicy(plan: AccessPlan): string {
  const { compartment } = plan.parts
  const place = compartment ?? plan.tenancy
  return lines([
    'resource "oci_identity_policy" "oke_pipeline" {',
    `  compartment_id = ${place === undefined ? 'var.tenancy' : terraformString(place)}`,
    '  name           = "oke-pipeline"',
    '  description    = "What the pipeline may do"',
    '  statements = [',
    ...planStatements(plan).map((statement) => `    ${terraformString(statement)},`),
    '  ]',
    '}',
  ])
}

/** The use of the modules in `examples/terraform`, which make all of a plan. */
export function terraformModules(plan: AccessPlan, namespaces: readonly string[]): string {
  const { parts, trust } = plan
  const pipeline = moduleCall('oke_pipeline', 'examples/terraform', [
    ['tenancy', terraformString(plan.tenancy ?? '<OCID of the tenancy>')],
    ['compartment', terraformString(parts.compartment ?? '<OCID of the compartment>')],
    ['domain_url', terraformString(plan.domainUrl ?? '<URL of the identity domain>')],
    ['subjects', listOf(trust?.subjects ?? ['repo:<owner>/<name>:environment:<environment>'])],
    ...(trust === undefined ? [] : [['audience', terraformString(trust.audience)] as const]),
    ['purposes', listOf(plan.purposes)],
    ['repositories', listOf(parts.repositories)],
    ...(parts.cluster === undefined ? [] : [['cluster', terraformString(parts.cluster)] as const]),
    ...(parts.key === undefined ? [] : [['key', terraformString(parts.key)] as const]),
  ])
  if (namespaces.length === 0) return pipeline
  const rbac = moduleCall('oke_pipeline_rbac', 'examples/terraform/rbac', [
    ['user', 'module.oke_pipeline.user'],
    ['namespaces', listOf(namespaces)],
  ])
  return `${pipeline}\n${rbac}`
}

function moduleCall(
  name: string,
  path: string,
  values: readonly (readonly [string, string])[],
): string {
  const source = terraformString(`github.com/oke-pipeline/oke-pipeline//${path}?ref=v1`)
  const all = [['source', source] as const, ...values]
  const width = Math.max(...all.map(([key]) => key.length))
  return lines([
    `module "${name}" {`,
    ...all.map(([key, value]) => `  ${key.padEnd(width)} = ${value}`),
    '}',
  ])
}

/**
 * The policies as the module in `examples/terraform` has them: for each purpose the statements
 * that it takes, made from the module's variables.
 */
export function terraformStatements(): string {
  const byPurpose = new Map<Purpose, Permission[]>()
  for (const permission of permissions) {
    byPurpose.set(permission.purpose, [...(byPurpose.get(permission.purpose) ?? []), permission])
  }
  return lines([
    '# Made by "npm run generate" from packages/oci/src/permissions/permission.ts.',
    'locals {',
    '  statements = {',
    ...[...byPurpose].flatMap(([purpose, needed]) => [
      `    ${terraformString(purpose)} = concat(`,
      ...needed.map((permission) => `      ${statementExpression(permission)},`),
      '    )',
    ]),
    '  }',
    '}',
  ])
}

/** Interpolations stand where the values are: they go through the same words as values do. */
const variables = {
  repositories: ['${repository}'],
  cluster: '${var.cluster}',
  key: '${var.key}',
  compartment: '${var.compartment}',
}

function statementExpression(permission: Permission): string {
  const [statement = ''] = policyStatements(permission, variables, { named: '${local.subject}' })
  if (permission.narrowedTo === 'repositories') {
    return `[for repository in var.repositories : "${statement}"]`
  }
  const { narrowedTo } = permission
  // What is null cannot be a part of a text.
  return narrowedTo === undefined
    ? `["${statement}"]`
    : `var.${narrowedTo} == null ? [] : ["${statement}"]`
}

function listOf(items: readonly string[]): string {
  return `[${items.map(terraformString).join(', ')}]`
}

function lines(parts: readonly string[]): string {
  return `${parts.join('\n')}\n`
}
