import { clusterEndpoints } from '@oke-pipeline/oci'
import { optional } from 'valibot'
import { textOf, wordOf } from './grammars.ts'

/** The way to the cluster of an environment, as far as it is no secret. */
export const clusterGrammar = {
  context: optional(
    textOf({
      pattern: /^[^\u0000-\u001f\u007f]+$/,
      expects: 'the name of a context of the kubeconfig',
      description: 'Context of the kubeconfig to use; by default its current one.',
    }),
  ),
  cluster: optional(
    textOf({
      pattern: /^ocid1\.cluster\.oc[0-9]+\.[a-z0-9-]*\.([a-z0-9_-]*\.)?[A-Za-z0-9_-]+$/,
      expects: 'the OCID of an OKE cluster',
      description:
        'OCID of the OKE cluster that the environment is in; a step that is given another way to the cluster goes that one.',
    }),
  ),
  'cluster-endpoint': optional(
    wordOf(clusterEndpoints, 'For `cluster`: which address of its API server is used.'),
  ),
  'cluster-server': optional(
    textOf({
      pattern: /^https:\/\/[^\s@/?#]+\/?$/,
      expects: 'an address such as https://192.0.2.7:6443',
      description:
        'Address of the API server of a cluster that trusts GitHub’s OIDC tokens, instead of `cluster`.',
    }),
  ),
  'cluster-ca': optional(
    textOf({
      pattern: /^(-----BEGIN CERTIFICATE-----[^]+|[A-Za-z0-9+/=\s]+)$/,
      expects: 'a certificate in PEM, or base64 of it',
      description: 'For `cluster-server`: the authority that signs its certificate.',
    }),
  ),
  'cluster-audience': optional(
    textOf({
      pattern: /^[^\u0000-\u001f\u007f]+$/,
      expects: 'text in one line',
      description: 'For `cluster-server`: audience of the token.',
    }),
  ),
} as const
