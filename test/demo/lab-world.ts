import { createDeployer } from '../lab/index.ts'
import type { Lab } from '../lab/index.ts'
import { Observer } from './observe.ts'
import { namespaces } from './world.ts'
import type { World } from './world.ts'

/** The groups of the lab that the demo happens in. */
export const demoGroups = [
  'kubernetes',
  'registry',
  'base-images',
  'builder',
  'scanner',
  'runner',
  'kubectl',
  'skopeo',
] as const

/** Prepares a lab: a namespace for each environment, and credentials that reach no further. */
export async function labWorld(lab: Omit<Lab, 'stop'>): Promise<World> {
  const { kubernetes, registry } = lab
  if (kubernetes === undefined || registry === undefined) {
    throw new Error('The demo needs a lab with Kubernetes and a registry.')
  }
  const observer = new Observer(lab.environment, kubernetes.kubeconfig)
  const kubeconfigs: Record<string, string> = {}
  for (const namespace of Object.values(namespaces)) {
    await observer.ensureNamespace(namespace)
    kubeconfigs[namespace] = await createDeployer(kubernetes, namespace)
  }
  return {
    description: `the lab on this machine (Kubernetes ${lab.versions.kubernetes ?? ''})`,
    environment: lab.environment,
    image: `${registry.host}/acme/hello`,
    registryCredentials: undefined,
    kubeconfigs,
    observer,
  }
}
