import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { runBundle } from '@oke-pipeline/testing'
import type { LabUnderTest } from '../../setup/lab.ts'
import { image } from './manifests.ts'

const run = promisify(execFile)

/** The way to the cluster, as a file and as its text. */
export interface Access {
  readonly file: string
  readonly text: string
}

/** A way to apply the objects to a namespace, once that is there. */
export interface Contestant {
  readonly name: string
  readonly apply: (namespace: string, access: Access) => Promise<void>
  /** The same, until the workloads are ready; absent where it waits for that in any case. */
  readonly applyAndWait?: (namespace: string, access: Access) => Promise<void>
}

/** All of them, deploy-oke first, with the objects that `writeManifests` has written into a folder. */
export function contestantsIn(lab: LabUnderTest, folder: string): readonly Contestant[] {
  const manifests = join(folder, 'workspace/all.yaml')
  const withAccess: WithAccess = ({ file }) => ({
    ...environmentOf(lab),
    KUBECONFIG: file,
  })
  return [
    {
      name: 'deploy-oke',
      apply: async (namespace, { text }) => {
        await deployWithOurs(text, folder, namespace)
      },
    },
    kubectlWith(manifests, withAccess),
    helmWith(join(folder, 'chart'), withAccess),
    // A lab that was started before may be without it.
    ...(lab.groups.includes('kapp') ? [kappWith(manifests, withAccess)] : []),
  ]
}

type WithAccess = (access: Access) => NodeJS.ProcessEnv

function kubectlWith(manifests: string, withAccess: WithAccess): Contestant {
  const kubectl = async (access: Access, ...args: readonly string[]): Promise<void> => {
    await run('kubectl', [...args], { env: withAccess(access), maxBuffer: 1e8 })
  }
  const apply: Contestant['apply'] = (namespace, access) =>
    kubectl(access, 'apply', '--server-side', '-n', namespace, '--filename', manifests)
  return {
    name: 'kubectl apply --server-side',
    apply,
    applyAndWait: async (namespace, access) => {
      await apply(namespace, access)
      const condition = ['--for=condition=Available', 'deployments', '--all']
      await kubectl(access, 'wait', ...condition, '-n', namespace, '--timeout=5m')
    },
  }
}

function helmWith(chart: string, withAccess: WithAccess): Contestant {
  const upgrade = async (
    namespace: string,
    access: Access,
    ...options: readonly string[]
  ): Promise<void> => {
    const args = ['upgrade', '--install', 'bench', chart, '--namespace', namespace, ...options]
    await run('helm', args, { env: withAccess(access), maxBuffer: 1e8 })
  }
  return {
    name: 'helm upgrade --install',
    apply: (namespace, access) => upgrade(namespace, access),
    applyAndWait: (namespace, access) => upgrade(namespace, access, '--wait'),
  }
}

function kappWith(manifests: string, withAccess: WithAccess): Contestant {
  const deploy = async (
    namespace: string,
    access: Access,
    ...options: readonly string[]
  ): Promise<void> => {
    const release = ['--app', 'bench', '--namespace', namespace, '--into-ns', namespace]
    const args = ['deploy', ...release, '--file', manifests, '--yes', ...options]
    await run('kapp', args, { env: withAccess(access), maxBuffer: 1e8 })
  }
  return {
    name: 'kapp deploy',
    apply: (namespace, access) => deploy(namespace, access, '--wait=false'),
    applyAndWait: (namespace, access) => deploy(namespace, access),
  }
}

/** Variables of a program that finds the lab's cluster. */
export function environmentOf(lab: LabUnderTest): NodeJS.ProcessEnv {
  return { ...process.env, ...lab.environment }
}

/** Deploys what is in the workspace below a folder; gives the log. */
export async function deployWithOurs(
  kubeconfig: string,
  folder: string,
  namespace: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { exitCode, log } = await runBundle({
    action: 'deploy-oke',
    folder,
    inputs: { kubeconfig, namespace, manifests: 'all.yaml', image },
    environment,
  })
  if (exitCode !== 0) throw new Error(`deploy-oke failed:\n${log.slice(-2000)}`)
  return log
}
