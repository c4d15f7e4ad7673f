import type { GroupDefinition } from '../group.ts'
import type { Part, Release } from '../provision/part.ts'

const version = '0.22.1'

function archive(architecture: string, sha256: string): Release {
  const releases = 'https://github.com/google/go-containerregistry/releases/download'
  return {
    url: `${releases}/v${version}/go-containerregistry_Linux_${architecture}.tar.gz`,
    sha256,
    member: 'crane',
  }
}

/** The go-containerregistry command line: a registry client, and a small registry. */
export const crane: Part = {
  name: 'crane',
  version,
  onPath: { args: ['version'], accepts: (output) => /^v?0\.2\d\./.test(output) },
  release: {
    x64: archive('x86_64', '0ab7a1d6932a213aed964ce97666c3077fe691c8606413674a8b3e0b9ec4cda0'),
    arm64: archive('arm64', '898c0cff975f898a33e8c4580bdafb0e7c02c7faa33374e946762f97c4ab7110'),
  },
  go: {
    module: 'crane',
    package: 'github.com/google/go-containerregistry/cmd/crane',
    ldflags: `-s -w -X github.com/google/go-containerregistry/cmd/crane/cmd.Version=v${version}`,
    usuallySeconds: 30,
  },
}

/** crane, on the lab's PATH. */
export const group: GroupDefinition<'crane'> = {
  name: 'crane',
  requires: [],
  systemPackages: [],
  parts: [crane],
  start: async (context) => ({
    details: { path: await context.provide(crane) },
    versions: { crane: crane.version },
  }),
}
