import { planStatements } from './access-plan.ts'
import type { AccessPlan } from './access-plan.ts'
import { trustDocument } from './trust-plan.ts'
import type { TrustPlan } from './trust-plan.ts'

/**
 * What an administrator runs once, with OCI CLI: the application, the service user and the trust
 * where the identity is made from workflows' tokens, then the repositories and the policy. The
 * values of a plan stand in single quotes: the shell sees nothing in them.
 */
export function ociCommands(plan: AccessPlan): string {
  return [
    '#!/usr/bin/env bash',
    '# What a pipeline needs in OCI, and nothing more. Run it once, as an administrator.',
    'set -euo pipefail',
    ...(plan.trust === undefined ? [] : trustCommands(plan, plan.trust)),
    ...repositoryCommands(plan),
    ...policyCommands(plan),
    '',
  ].join('\n')
}

const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User'
const userExtension = 'urn:ietf:params:scim:schemas:oracle:idcs:extension:user:User'

/** How the shell's variables stand in for what OCI makes on the way. */
const made = { client: '$client', user: '$user' }

function trustCommands(plan: AccessPlan, trust: TrustPlan): readonly string[] {
  return [
    '',
    `domain=${quoted(plan.domainUrl ?? '<URL of the identity domain>')}`,
    'post() {',
    '  oci raw-request --http-method POST --target-uri "$domain/admin/v1/$1" --request-body "$2" \\',
    '    --query "data.$3" --raw-output',
    '}',
    '',
    '# An application that may ask for the exchange. Its secret is shown in the console only.',
    `client=$(post Apps ${quoted(JSON.stringify(application))} name)`,
    '',
    '# A user that nobody can sign in as, and the group that the policy is for.',
    `user=$(post Users ${quoted(JSON.stringify(serviceUser))} id)`,
    `post Groups "${inDoubleQuotes(JSON.stringify(group(made.user)))}" id`,
    '',
    '# A domain has one trust for each issuer: where there is one already, add the rules to it.',
    `post IdentityPropagationTrusts "${inDoubleQuotes(JSON.stringify(trustDocument(trust, made)))}" id`,
    'echo "The input oci-client-id is $client"',
  ]
}

const application = {
  schemas: ['urn:ietf:params:scim:schemas:oracle:idcs:App'],
  displayName: 'github-actions',
  basedOnTemplate: { value: 'CustomWebAppTemplateId' },
  isOAuthClient: true,
  clientType: 'confidential',
  allowedGrants: ['client_credentials'],
  active: true,
}

const serviceUser = {
  schemas: [userSchema, userExtension],
  userName: 'github-deployer',
  [userExtension]: { serviceUser: true },
}

function group(user: string): Readonly<Record<string, unknown>> {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    displayName: 'github-deployers',
    members: [{ type: 'User', value: user }],
  }
}

/** Private, and with tags that stay what they are. */
export function repositoryCommand(name: string, compartment: string | undefined): string {
  return [
    'oci artifacts container repository create',
    `--compartment-id ${quoted(compartment ?? '<OCID of the compartment>')}`,
    `--display-name ${quoted(name)} --is-public false --is-immutable true`,
  ].join(' ')
}

function repositoryCommands({ parts }: AccessPlan): readonly string[] {
  if (parts.repositories.length === 0) return []
  return [
    '',
    '# Repositories, where they are not there yet: private, and no tag is ever another image.',
    ...parts.repositories.map((name) => repositoryCommand(name, parts.compartment)),
  ]
}

function policyCommands(plan: AccessPlan): readonly string[] {
  const place = plan.parts.compartment ?? plan.tenancy ?? '<OCID of the tenancy>'
  const statements = JSON.stringify(planStatements(plan), undefined, 2)
  return [
    '',
    '# What the identity may do.',
    `oci iam policy create --name oke-pipeline --description 'What the pipeline may do' \\`,
    `  --compartment-id ${quoted(place)} \\`,
    `  --statements ${quoted(statements)}`,
  ]
}

/** One word for a shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** For text in which variables of the shell are to be replaced, and nothing else. */
function inDoubleQuotes(json: string): string {
  const isOurs = (text: string): boolean => Object.values(made).includes(text)
  return json
    .replaceAll(/[\\"`]/g, String.raw`\$&`)
    .replaceAll(/\$\w*/g, (text) => (isOurs(text) ? text : `\\${text}`))
}
