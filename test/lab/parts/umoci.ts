import type { GroupDefinition } from '../group.ts'
import { requiredExecutable } from '../provision/on-path.ts'

/** umoci, which unpacks images of a layout as the specification says, from the system. */
export const group: GroupDefinition<'umoci'> = {
  name: 'umoci',
  requires: [],
  systemPackages: [{ package: 'umoci', file: 'umoci' }],
  parts: [],
  start: async (context) => ({
    details: { path: requiredExecutable('umoci') },
    versions: {
      umoci: (await context.run('umoci', ['--version'])).trim().split(' ').at(-1) ?? 'unknown',
    },
  }),
}
