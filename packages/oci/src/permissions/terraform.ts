import { planStatements } from './access-plan.ts'
import type { AccessPlan } from './access-plan.ts'
import { permissions } from './permission.ts'
import type { Permission, Purpose } from './permission.ts'
import { policyStatements } from './policy-statement.ts'

/** Text as a string of Terraform, in which nothing is interpolated. */
export function terraformString(text: string): string {
  return JSON.stringify(text).replaceAll('${', '$${').replaceAll('%{', '%%{')
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

/** The use of the module in `examples/terraform`, which makes all of a plan. */
export function terraformModule(plan: AccessPlan, namespaces: readonly string[]): string {
  const { parts, trust } = plan
  const values: readonly (readonly [string, string])[] = [
    ['tenancy', terraformString(plan.tenancy ?? '<OCID of the tenancy>')],
    ['compartment', terraformString(parts.compartment ?? '<OCID of the compartment>')],
    ['domain_url', terraformString(plan.domainUrl ?? '<URL of the identity domain>')],
    ['subjects', listOf(trust?.subjects ?? [])],
    ['audience', terraformString(trust?.audience ?? '')],
    ['purposes', listOf(plan.purposes)],
    ['repositories', listOf(parts.repositories)],
    ['namespaces', listOf(namespaces)],
    ...(parts.cluster === undefined ? [] : [['cluster', terraformString(parts.cluster)] as const]),
    ...(parts.key === undefined ? [] : [['key', terraformString(parts.key)] as const]),
  ]
  const width = Math.max(...values.map(([name]) => name.length))
  return lines([
    'module "oke_pipeline" {',
    `  ${'source'.padEnd(width)} = "github.com/oke-pipeline/oke-pipeline//examples/terraform?ref=v1"`,
    ...values.map(([name, value]) => `  ${name.padEnd(width)} = ${value}`),
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
      `    ${purpose} = concat(`,
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
