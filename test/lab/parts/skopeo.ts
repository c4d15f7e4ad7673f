import type { GroupDefinition } from '../group.ts'
import { requiredExecutable } from '../provision/on-path.ts'

/** skopeo, from the system. */
export const group: GroupDefinition<'skopeo'> = {
  name: 'skopeo',
  requires: [],
  systemPackages: [{ package: 'skopeo', file: 'skopeo' }],
  parts: [],
  start: async (context) => ({
    details: { path: requiredExecutable('skopeo') },
    versions: {
      skopeo: (await context.run('skopeo', ['--version'])).trim().split(' ').at(-1) ?? 'unknown',
    },
  }),
}
