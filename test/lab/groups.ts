import type { GroupDefinition, PartGroup } from './group.ts'

/** Any group's definition, for code that treats them alike. */
export type AnyGroup = { readonly [Name in PartGroup]: GroupDefinition<Name> }[PartGroup]

/** Loads a group's module only when it is asked for. */
const modules: {
  readonly [Name in PartGroup]: () => Promise<{ readonly group: GroupDefinition<Name> }>
} = {
  kubernetes: () => import('./parts/kubernetes.ts'),
  registry: () => import('./parts/registry.ts'),
  'secure-registry': () => import('./parts/secure-registry.ts'),
  'referrers-registry': () => import('./parts/referrers-registry.ts'),
  'base-images': () => import('./parts/base-images.ts'),
  builder: () => import('./parts/builder.ts'),
  docker: () => import('./parts/docker.ts'),
  scanner: () => import('./parts/scanner.ts'),
  trivy: () => import('./parts/trivy.ts'),
  runner: () => import('./parts/runner.ts'),
  kubectl: () => import('./parts/kubectl.ts'),
  helm: () => import('./parts/helm.ts'),
  helm3: () => import('./parts/helm3.ts'),
  kustomize: () => import('./parts/kustomize.ts'),
  kapp: () => import('./parts/kapp.ts'),
  skopeo: () => import('./parts/skopeo.ts'),
  crane: () => import('./parts/crane.ts'),
  umoci: () => import('./parts/umoci.ts'),
}

/** Every group there is. */
export const groupNames: readonly PartGroup[] = Object.keys(modules).filter(isGroupName)

/** Whether a word names a group. */
export function isGroupName(name: string): name is PartGroup {
  return Object.hasOwn(modules, name)
}

/** Definitions of the groups asked for and of all that they require, in an order in which they can start. */
export async function resolveGroups(names: readonly PartGroup[]): Promise<readonly AnyGroup[]> {
  const resolved = new Map<PartGroup, AnyGroup>()
  for (const name of names) await addGroup(name, resolved, [])
  return [...resolved.values()]
}

async function addGroup(
  name: PartGroup,
  resolved: Map<PartGroup, AnyGroup>,
  path: readonly PartGroup[],
): Promise<void> {
  if (resolved.has(name)) return
  if (path.includes(name))
    throw new Error(`The lab's groups require each other: ${[...path, name].join(', ')}.`)
  const { group } = await modules[name]()
  for (const required of group.requires) await addGroup(required, resolved, [...path, name])
  resolved.set(name, group)
}
