import type { AccessWords } from './access.ts'
import type { KubeconfigAccess } from './kubeconfig.ts'

/** What errors say of a cluster that a kubeconfig leads to. */
export function kubeconfigWords({ user }: KubeconfigAccess): AccessWords {
  return {
    source: 'the kubeconfig',
    credentials: `those of the kubeconfig user "${user.name}" (${credentialOf(user)}): they are wrong, expired or revoked`,
    ifRefused:
      'Put a kubeconfig with valid credentials into the secret that the input "kubeconfig" names.',
    ifUnreachable:
      'Check the server address in the kubeconfig, and that this runner can reach it: a private endpoint needs a runner inside its network.',
    ifUntrusted:
      'Check "certificate-authority-data", "server" and "tls-server-name" in the kubeconfig: they must be those of this cluster.',
    ifUnreadable: `The client certificate and key of the user "${user.name}" and the authority of the cluster must be base64 of PEM, and must match. Write the kubeconfig again with "kubectl config view --raw --flatten --minify".`,
  }
}

function credentialOf(user: KubeconfigAccess['user']): string {
  if (user.exec) return 'the token that its credential plugin made'
  if (user.token !== undefined) return 'its token'
  return user.certData ? 'its client certificate' : 'it has none'
}
