import {
  boolean,
  declareAction,
  list,
  oneOf,
  optional,
  parsedBy,
  text,
  withDefault,
} from '@oke-pipeline/core'
import type { Values } from '@oke-pipeline/core'
import {
  clusterEndpoints,
  identityInputs,
  ocidKind,
  parsePolicySubject,
  purposes,
} from '@oke-pipeline/oci'
import { repositoryKind } from './check/repository-kind.ts'

const host = text({ pattern: /^[a-z0-9.-]+$/, expects: 'a host of OCIR, such as iad.ocir.io' })

const namespace = text({
  pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  expects: 'the name of a namespace: a-z, 0-9 and "-", 63 characters at most',
})

const policySubject = parsedBy(
  { type: 'Text', expects: "a group, such as group 'Default'/'deployers'" },
  parsePolicySubject,
)

/** What oci-auth takes and gives. */
export const declaration = declareAction({
  name: 'oci-auth',
  inputs: {
    ...identityInputs,
    'registry-login': withDefault(
      boolean(),
      'false',
      'Whether docker, skopeo, helm and others of this job are logged in to OCIR. The login lasts an hour, and what it may do is settled now.',
    ),
    registry: optional(
      host,
      'For `registry-login`: the host that your images are named with; by default `ocir.<region>.oci.<domain>`.',
    ),
    cluster: optional(
      ocidKind('cluster'),
      'OCID of an OKE cluster that kubectl and helm of this job work with.',
    ),
    'cluster-endpoint': withDefault(
      oneOf(clusterEndpoints),
      'public',
      'For `cluster`: which address of its API server is used: `public`, `private` or `vcn-hostname`.',
    ),
    check: withDefault(
      boolean(),
      'false',
      'Only check: say what works and, for what does not, the policy, trust or Role to add. The step fails where something that is needed does not work. No session is left for the steps that follow.',
    ),
    'check-for': optional(
      list(oneOf(purposes)),
      'For `check`: what the identity has to be able to do: `pull`, `push`, `create` (repositories), `deploy`, `scan` (read the results of OCI’s scans), `scan-target` (have OCI scan a repository), `sign` (with OCI Vault). By default `pull` and `push` with `check-repository`, `deploy` with `cluster`, `sign` with `check-key`.',
    ),
    'check-repository': optional(
      list(repositoryKind()),
      'For `check`: names of images in OCIR, such as `iad.ocir.io/acme/team/app`.',
    ),
    'check-namespace': optional(
      list(namespace),
      'For `check`: namespaces of `cluster` that deploy-oke deploys to.',
    ),
    'check-compartment': optional(
      ocidKind('compartment', 'tenancy'),
      'For `check`: OCID of the compartment where repositories and cluster are; policies are written for it.',
    ),
    'check-key': optional(
      ocidKind('key'),
      'For `check`: OCID of a key in OCI Vault that push-ocir signs with.',
    ),
    'check-group': optional(
      policySubject,
      "For `check`: the group that policies are written for, such as `group 'Default'/'github-deployers'`; by default they are for the user or resource itself.",
    ),
    'check-environment': optional(
      list(text({ pattern: /^[^*\s][^*]{0,254}$/, expects: 'the name of an environment' })),
      'For `check`: GitHub environments of this repository that the trust lets in; by default that of this job.',
    ),
  },
  outputs: {
    identity: 'The way by which the identity was got, such as `github-oidc`.',
    region: 'Identifier of the region.',
    tenancy: 'OCID of the tenancy, where the session says it.',
    expires: 'When the session ends, in ISO 8601.',
    'config-file': 'Absolute path of the configuration for OCI’s tools, with the profile DEFAULT.',
    registry: 'Host of OCIR that the job is logged in to; empty without `registry-login`.',
    kubeconfig: 'Absolute path of the kubeconfig; empty without `cluster`.',
    'check-result': '`passed` or `failed`; empty without `check`.',
    'check-failures':
      'What failed, as JSON: a list of `{check, says, fixes}`, where each fix is a policy, a rule or a command.',
    'check-files':
      'Absolute path of a folder with all that the identity needs, ready to be used until the job ends: `policies.txt`, `setup.sh` (OCI CLI), `policy.tf` and `modules.tf` (Terraform), `trust.json`, `rbac.yml`.',
  },
})

/** The values of the inputs of oci-auth. */
export type Inputs = Values<typeof declaration.inputs>

/** The names of its outputs. */
export type Output = keyof typeof declaration.outputs
