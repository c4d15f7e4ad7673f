import { readFile } from 'node:fs/promises'
import { Observer } from './observe.ts'
import { output } from './program.ts'
import { namespaces } from './world.ts'
import type { World } from './world.ts'

/** What a user gives who has a cluster and a registry. */
export interface OwnParts {
  readonly kubeconfig: string
  /** Host and prefix: `localhost:5001/demo`. */
  readonly registry: string
  readonly environment: Readonly<Record<string, string>>
}

/** The programs that the workflow and the observer call, and what shows that they are there. */
const programs = [
  ['act', '--version'],
  ['kubectl', 'version', '--client'],
  ['skopeo', '--version'],
  ['podman', '--version'],
  ['git', '--version'],
] as const

/** Uses the user's own cluster and registry; the two namespaces are made if they are missing. */
export async function ownWorld({ kubeconfig, registry, environment }: OwnParts): Promise<World> {
  await requirePrograms(environment)
  const observer = new Observer(environment, kubeconfig)
  const credentials = await readFile(kubeconfig, 'utf8')
  for (const namespace of Object.values(namespaces)) await observer.ensureNamespace(namespace)
  const { REGISTRY_USERNAME: username, REGISTRY_PASSWORD: password } = environment
  const isLoggedIn = username !== undefined && password !== undefined
  return {
    description: `your cluster and ${registry}`,
    environment,
    image: `${registry}/hello`,
    registryCredentials: isLoggedIn ? { username, password } : undefined,
    kubeconfigs: Object.fromEntries(
      Object.values(namespaces).map((namespace) => [namespace, credentials]),
    ),
    observer,
  }
}

async function requirePrograms(environment: OwnParts['environment']): Promise<void> {
  const missing: string[] = []
  for (const [file, ...args] of programs) {
    await output(file, args, { environment }).catch(() => missing.push(file))
  }
  if (missing.length === 0) return
  throw new Error(`Install these programs first, they are not in PATH: ${missing.join(', ')}`)
}
