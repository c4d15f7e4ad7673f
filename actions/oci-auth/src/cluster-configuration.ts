import type { ClusterAccess, Ocid, Region } from '@oke-pipeline/oci'
import type { JobFolder } from './job-folder.ts'

/** The file that tells the credential plugin which cluster its token is for. */
export interface ClusterFile {
  readonly cluster: Ocid
  readonly region: Region
}

/** A program that gives a token: this action itself, by another word. */
export interface CredentialProgram {
  readonly command: string
  readonly script: string
}

/** The word by which this action is a credential plugin of kubectl. */
export const clusterTokenWord = 'cluster-token'

/**
 * Writes a kubeconfig whose tokens are made when they are needed, from the session's files, without
 * a call of OCI and without OCI CLI.
 */
export async function writeKubeconfig(
  file: ClusterFile,
  access: ClusterAccess,
  { command, script }: CredentialProgram,
  folder: JobFolder,
): Promise<string> {
  const clusterFile = await folder.write('cluster.json', JSON.stringify(file))
  const name = file.cluster
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    interactiveMode: 'Never',
    provideClusterInfo: false,
    command,
    args: [script, clusterTokenWord, clusterFile],
  }
  const cluster = {
    server: access.server,
    'certificate-authority-data': access.certificateAuthority,
  }
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster }],
    users: [{ name: 'oci', user: { exec } }],
    contexts: [{ name, context: { cluster: name, user: 'oci' } }],
    'current-context': name,
  }
  return folder.write('kubeconfig', `${JSON.stringify(kubeconfig, undefined, 2)}\n`)
}
