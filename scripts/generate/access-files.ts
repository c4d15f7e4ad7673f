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
  const setup = setupCommands(oci)
  return {
    'actions/oci-auth/README.md': (text) =>
      between(between(text, 'trust', setup.trust), 'policy', setup.policy),
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

/** What the setup of oci-auth has to copy: the same commands that its check writes. */
function setupCommands(oci: typeof Oci): { readonly trust: string; readonly policy: string } {
  const commands = oci.ociCommands({
    purposes: ['pull', 'push', 'deploy'],
    parts: {
      repositories: ['team/app'],
      compartment: 'ocid1.compartment.oc1..aaaa…',
      cluster: 'ocid1.cluster.oc1.eu-frankfurt-1.aaaa…',
    },
    subject: { named: "group 'Default'/'github-deployers'" },
    domainUrl: 'https://idcs-0123456789abcdef0123456789abcdef.identity.oraclecloud.com',
    trust: {
      subjects: [oci.environmentSubject('acme/shop', 'production')],
      audience: 'https://cloud.oracle.com',
    },
  })
  const [trust = '', policy = ''] = commands.split(/\n\n(?=# Repositories)/)
  return { trust: shellBlock(trust), policy: shellBlock(policy) }
}

function shellBlock(commands: string): string {
  return `\`\`\`bash\n${commands.trimEnd()}\n\`\`\``
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
