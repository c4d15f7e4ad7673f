import { readFile, writeFile } from 'node:fs/promises'
import type { KeyPair } from '../group.ts'

/** Who a kubeconfig is for, and how that is proved. */
export type Identity =
  | { readonly name: string; readonly keyPair: KeyPair }
  | { readonly name: string; readonly token: string }

/** The cluster that a kubeconfig leads to. */
export interface ClusterAddress {
  readonly server: string
  readonly caFile: string
}

/** Content of a kubeconfig that needs no other file; JSON, which is YAML too. */
export async function renderKubeconfig(
  cluster: ClusterAddress,
  identity: Identity,
  namespace?: string,
): Promise<string> {
  const context = {
    cluster: 'lab',
    user: identity.name,
    ...(namespace === undefined ? {} : { namespace }),
  }
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'lab',
        cluster: {
          server: cluster.server,
          'certificate-authority-data': await base64(cluster.caFile),
        },
      },
    ],
    users: [{ name: identity.name, user: await credentials(identity) }],
    contexts: [{ name: 'lab', context }],
    'current-context': 'lab',
  }
  return `${JSON.stringify(kubeconfig, undefined, 2)}\n`
}

/** Writes a kubeconfig that only its owner can read. */
export async function writeKubeconfig(
  file: string,
  cluster: ClusterAddress,
  identity: Identity,
): Promise<string> {
  await writeFile(file, await renderKubeconfig(cluster, identity), { mode: 0o600 })
  return file
}

async function credentials(identity: Identity): Promise<Readonly<Record<string, string>>> {
  if ('token' in identity) return { token: identity.token }
  return {
    'client-certificate-data': await base64(identity.keyPair.certificateFile),
    'client-key-data': await base64(identity.keyPair.keyFile),
  }
}

async function base64(file: string): Promise<string> {
  return (await readFile(file)).toString('base64')
}
