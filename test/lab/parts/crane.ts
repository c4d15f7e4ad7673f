import type { GroupDefinition } from '../group.ts'
import type { Part } from '../provision/part.ts'

/** The go-containerregistry command line: a registry client, and a small registry. */
export const crane: Part = {
  name: 'crane',
  version: '0.22.1',
  onPath: { args: ['version'], accepts: (output) => /^v?0\.2\d\./.test(output) },
  go: {
    module: 'crane',
    package: 'github.com/google/go-containerregistry/cmd/crane',
    ldflags: '-s -w -X github.com/google/go-containerregistry/cmd/crane/cmd.Version=v0.22.1',
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
