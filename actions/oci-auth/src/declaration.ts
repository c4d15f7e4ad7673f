import { boolean, declareAction, oneOf, optional, text, withDefault } from '@oke-pipeline/core'
import type { Values } from '@oke-pipeline/core'
import { clusterEndpoints, identityInputs, ocidKind } from '@oke-pipeline/oci'

const host = text({ pattern: /^[a-z0-9.-]+$/, expects: 'a host of OCIR, such as iad.ocir.io' })

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
  },
  outputs: {
    identity: 'The way by which the identity was got, such as `github-oidc`.',
    region: 'Identifier of the region.',
    tenancy: 'OCID of the tenancy, where the session says it.',
    expires: 'When the session ends, in ISO 8601.',
    'config-file': 'Absolute path of the configuration for OCI’s tools, with the profile DEFAULT.',
    registry: 'Host of OCIR that the job is logged in to; empty without `registry-login`.',
    kubeconfig: 'Absolute path of the kubeconfig; empty without `cluster`.',
  },
})

/** The values of the inputs of oci-auth. */
export type Inputs = Values<typeof declaration.inputs>

/** The names of its outputs. */
export type Output = keyof typeof declaration.outputs
