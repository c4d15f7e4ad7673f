import type { Kind } from '@oke-pipeline/core'
import { secretsOfKubeconfig } from './kubeconfig-secrets.ts'
import { parseKubeconfig } from './kubeconfig.ts'
import type { Kubeconfig } from './kubeconfig.ts'

/** A kubeconfig as an input: YAML or base64 of it; its secrets are masked. */
export function kubeconfigKind(): Kind<Kubeconfig> {
  return {
    type: 'Secret',
    expects: 'the text of a kubeconfig, or base64 of it',
    parse: parseKubeconfig,
    secretsOf: secretsOfKubeconfig,
  }
}
