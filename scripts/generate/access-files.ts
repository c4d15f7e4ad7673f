import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as Kubernetes from '../../packages/kubernetes/src/index.ts'
import type * as Oci from '../../packages/oci/src/index.ts'
import { root } from '../actions.ts'
import { between, markdownTable } from './readme-tables.ts'

type Change = (text: string) => string

/**
 * What is made of the permissions that the actions need in OCI, and of the rules that deploy-oke
 * needs in a namespace: by file, how its text becomes the one that it should be.
 */
export async function accessFiles(): Promise<Readonly<Record<string, Change>>> {
  const oci = await built<typeof Oci>('oci')
  const kubernetes = await built<typeof Kubernetes>('kubernetes')
  const role = kubernetes.roleManifest(kubernetes.neededRules)
  const policies = policyTable(oci)
  return {
    'actions/deploy-oke/README.md': (text) => between(text, 'role', `\`\`\`yaml\n${role}\`\`\``),
    'docs/guides/oci-identity.md': (text) => between(text, 'policies', policies),
    'examples/terraform/statements.tf': () => oci.terraformStatements(),
    'examples/terraform/rbac/rules.tf': () => kubernetes.terraformRules(kubernetes.neededRules),
  }
}

async function built<Module>(name: string): Promise<Module> {
  const path = pathToFileURL(join(root, 'packages', name, 'lib/index.js')).href
  return (await import(path)) as Module
}

const example = {
  repositories: ['team/app'],
  cluster: 'ocid1.cluster.…',
  key: 'ocid1.key.…',
  compartment: 'ocid1.compartment.…',
}

function policyTable(oci: typeof Oci): string {
  const subject = { named: "group 'Default'/'github-deployers'" }
  const rows = oci.permissions.map((permission) => [
    `\`${permission.purpose}\``,
    permission.does,
    permission.actions.join(', '),
    oci
      .policyStatements(permission, example, subject)
      .map((statement) => `\`${statement}\``)
      .join('<br>'),
  ])
  return markdownTable([['For', 'The identity has to', 'In', 'Policy'], ...rows])
}
