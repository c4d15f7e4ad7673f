import { UnacceptableValue, oneOf, optional, text } from '@oke-pipeline/core'
import type { Kind, Values } from '@oke-pipeline/core'
import { kubeconfigKind } from '@oke-pipeline/kubernetes'
import { clusterEndpoints, identityInputs, ocidKind } from '@oke-pipeline/oci'
import { authorityKind } from './authority-kind.ts'

/** The inputs that lead to a cluster, in each of the three ways. */
export const clusterInputs = {
  kubeconfig: optional(
    kubeconfigKind(),
    'Kubeconfig of the cluster, as YAML or base64 of it, from a secret. All secrets in it are masked. Just one of `kubeconfig`, `cluster` and `cluster-server` leads to the cluster.',
  ),
  context: optional(
    text(),
    'For `kubeconfig`: its context to use; by default that of the environments file, else the current one.',
  ),
  cluster: optional(
    ocidKind('cluster'),
    'OCID of the OKE cluster. Its address comes from OCI, and its tokens are made and renewed by this step, as the identity of the inputs `oci-…`.',
  ),
  'cluster-endpoint': optional(
    oneOf(clusterEndpoints),
    'For `cluster`: which address of its API server is used: `public` (the default), `private` or `vcn-hostname`.',
  ),
  'cluster-server': optional(
    serverKind(),
    'Address of the API server of a cluster that trusts GitHub’s OIDC tokens, such as `https://192.0.2.7:6443`: the workflow’s own token is what it gets.',
  ),
  'cluster-ca': optional(
    authorityKind(),
    'For `cluster-server`: the authority that signs its certificate, as PEM or base64 of it (`certificate-authority-data`).',
  ),
  'cluster-audience': optional(
    text(),
    'For `cluster-server`: audience of the token, the `clientId` of the cluster’s OpenID Connect settings.',
  ),
} as const

/** What every action that reaches a cluster takes: the ways to it, and an identity of OCI. */
export const clusterAccessInputs = { ...clusterInputs, ...identityInputs } as const

/** The values of {@link clusterAccessInputs}. */
export type ClusterAccessInputs = Values<typeof clusterAccessInputs>

/** Nothing but scheme, host and port: what else a URL can have belongs to no API server of OKE. */
function serverKind(): Kind<string> {
  return {
    type: 'Text',
    expects: 'an address such as https://192.0.2.7:6443',
    parse(value) {
      const url = URL.parse(value)
      const isPlain = url !== null && [`${url.origin}/`, url.origin].includes(url.href)
      if (url?.protocol !== 'https:' || !isPlain) throw new UnacceptableValue('')
      return url.origin
    },
  }
}
