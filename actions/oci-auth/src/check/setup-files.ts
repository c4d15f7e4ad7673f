import { neededRules, roleBindingManifest, roleManifest } from '@oke-pipeline/kubernetes'
import {
  ociCommands,
  planStatements,
  terraformModule,
  terraformPolicy,
  trustDocument,
} from '@oke-pipeline/oci'
import type { AccessPlan } from '@oke-pipeline/oci'

/** A file with which someone who may can give the identity what it needs. */
export interface SetupFile {
  readonly name: string
  /** Heading in the summary. */
  readonly title: string
  readonly text: string
}

/** The namespaces that are deployed to, and as whom the cluster knows the identity. */
export interface ClusterPlan {
  readonly namespaces: readonly string[]
  readonly user: string
}

/** All files of a plan: policies, trust and Roles, as commands and for Terraform. */
export function setupFiles(plan: AccessPlan, cluster: ClusterPlan): readonly SetupFile[] {
  return [...policyFiles(plan, cluster), ...trustFiles(plan), ...roleFiles(cluster)]
}

function policyFiles(plan: AccessPlan, { namespaces }: ClusterPlan): readonly SetupFile[] {
  const statements = planStatements(plan)
  return [
    { name: 'setup.sh', title: 'OCI CLI', text: ociCommands(plan) },
    {
      name: 'module.tf',
      title: 'Terraform: all of it, with the module in examples/terraform',
      text: terraformModule(plan, namespaces),
    },
    ...(statements.length === 0
      ? []
      : [
          { name: 'policies.txt', title: 'IAM policies', text: `${statements.join('\n')}\n` },
          { name: 'policy.tf', title: 'Terraform: the policies', text: terraformPolicy(plan) },
        ]),
  ]
}

function trustFiles({ trust }: AccessPlan): readonly SetupFile[] {
  if (trust === undefined) return []
  const parts = { client: '<client id>', user: '<SCIM id of the service user>' }
  const text = `${JSON.stringify(trustDocument(trust, parts), undefined, 2)}\n`
  return [{ name: 'trust.json', title: 'Identity propagation trust', text }]
}

function roleFiles({ namespaces, user }: ClusterPlan): readonly SetupFile[] {
  if (namespaces.length === 0) return []
  const text = namespaces.map((namespace) => roleAndBinding(namespace, user)).join('---\n')
  return [{ name: 'rbac.yml', title: 'Kubernetes RBAC', text }]
}

/** The Role of deploy-oke in a namespace, given to a user, as YAML. */
export function roleAndBinding(namespace: string, user: string): string {
  const role = roleManifest(neededRules, namespace)
  return `${role}---\n${roleBindingManifest({ kind: 'User', name: user }, namespace)}`
}
