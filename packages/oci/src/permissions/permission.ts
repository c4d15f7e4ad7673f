import {
  scanTargetPermissions,
  scanningService,
} from '../vulnerability-scanning/scan-target-policy.ts'

/** What a pipeline does with OCI, by the words that users have for it. */
export const purposes = ['pull', 'push', 'create', 'deploy', 'scan', 'scan-target', 'sign'] as const

/** One of {@link purposes}. */
export type Purpose = (typeof purposes)[number]

/** The things in OCI that a pipeline works with, as far as they are known. */
export interface PipelineParts {
  /** Names of OCIR repositories, without the namespace of the tenancy. */
  readonly repositories: readonly string[]
  /** OCID of an OKE cluster. */
  readonly cluster?: string | undefined
  /** OCID of a key in OCI Vault. */
  readonly key?: string | undefined
  /** OCID of the compartment where they are; the whole tenancy where it is not known. */
  readonly compartment?: string | undefined
}

/** Something that IAM has to allow, and for what. */
export interface Permission {
  readonly purpose: Purpose
  /** Completes "The identity has to". */
  readonly does: string
  /** The actions of this suite that do it. */
  readonly actions: readonly string[]
  /** What stands in a policy between "to" and "in". */
  readonly allows: string
  /** To what a condition can narrow it; some operations are on no single thing. */
  readonly narrowedTo: 'repositories' | 'cluster' | 'key' | undefined
  /** The service of OCI that it is for, in place of the identity. */
  readonly service?: string
}

/**
 * Every permission that the actions of this suite need, each as narrow as OCI's policy reference
 * allows (https://docs.oracle.com/en-us/iaas/Content/Identity/policyreference/policyreference.htm).
 * Policies, Terraform, the guide and the check of oci-auth are made of this one list.
 */
export const permissions: readonly Permission[] = [
  {
    purpose: 'pull',
    does: 'log in to OCIR and read images',
    actions: ['oci-auth', 'scan-gate', 'promote'],
    allows: 'read repos',
    narrowedTo: 'repositories',
  },
  {
    purpose: 'push',
    does: 'write images',
    actions: ['push-ocir'],
    // Of the verbs only "manage" has REPOSITORY_UPDATE, and it can delete and publish as well.
    allows: '{REPOSITORY_INSPECT, REPOSITORY_READ, REPOSITORY_UPDATE}',
    narrowedTo: 'repositories',
  },
  {
    purpose: 'create',
    does: 'create repositories that are missing',
    actions: ['push-ocir'],
    allows: '{REPOSITORY_INSPECT, REPOSITORY_CREATE}',
    narrowedTo: undefined,
  },
  {
    purpose: 'deploy',
    does: 'find the cluster and talk to its API server',
    actions: ['oci-auth', 'deploy-oke'],
    allows: 'use clusters',
    narrowedTo: 'cluster',
  },
  {
    purpose: 'scan',
    does: 'read what OCI Vulnerability Scanning found',
    actions: ['scan-gate'],
    allows: 'read vss-family',
    narrowedTo: undefined,
  },
  {
    purpose: 'scan-target',
    does: 'have OCI Vulnerability Scanning scan a repository',
    actions: ['push-ocir'],
    allows: `{${scanTargetPermissions.join(', ')}}`,
    narrowedTo: undefined,
  },
  {
    purpose: 'scan-target',
    does: 'let Vulnerability Scanning read the images',
    actions: ['push-ocir', 'scan-gate'],
    allows: 'read repos',
    narrowedTo: undefined,
    service: scanningService,
  },
  {
    purpose: 'scan-target',
    does: 'let Vulnerability Scanning find the compartment',
    actions: ['push-ocir', 'scan-gate'],
    allows: 'read compartments',
    narrowedTo: undefined,
    service: scanningService,
  },
  {
    purpose: 'sign',
    does: 'sign with a key in OCI Vault',
    actions: ['push-ocir'],
    allows: 'use keys',
    narrowedTo: 'key',
  },
  {
    purpose: 'sign',
    does: 'upload signatures for OKE’s image verification policy',
    actions: ['push-ocir'],
    allows: 'manage repos',
    narrowedTo: 'repositories',
  },
]

/** The permissions that some purposes take. */
export function permissionsFor(wanted: readonly Purpose[]): readonly Permission[] {
  return permissions.filter(({ purpose }) => wanted.includes(purpose))
}
