import type { GroupDefinition } from '../group.ts'
import type { Part } from '../provision/part.ts'

const version = '0.64.2'

/** kapp, which applies manifests as one application; only benches compare with it. */
const kapp: Part = {
  name: 'kapp',
  version,
  onPath: { args: ['--version'], accepts: (output) => /^kapp version 0\.6\d\./.test(output) },
  go: {
    module: 'kapp',
    package: 'carvel.dev/kapp/cmd/kapp',
    ldflags: `-s -w -X carvel.dev/kapp/pkg/kapp/version.Version=${version}`,
    usuallySeconds: 100,
  },
}

/** kapp, on the lab's PATH. */
export const group: GroupDefinition<'kapp'> = {
  name: 'kapp',
  requires: [],
  systemPackages: [],
  parts: [kapp],
  start: async (context) => ({
    details: { path: await context.provide(kapp) },
    versions: { kapp: kapp.version },
  }),
}
