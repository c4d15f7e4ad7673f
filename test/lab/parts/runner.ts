import type { GroupDefinition } from '../group.ts'
import type { Part } from '../provision/part.ts'

/** A workflow runner. */
export interface RunnerDetails {
  /** The `act` executable; it is on the lab's PATH as well. */
  readonly path: string
}

const release = 'https://github.com/nektos/act/releases/download/v0.2.89/act_Linux'

/** act, which runs workflows on this machine without containers (`--platform ubuntu-latest=-self-hosted`). */
export const act: Part = {
  name: 'act',
  version: '0.2.89',
  onPath: { args: ['--version'], accepts: (output) => output.trim() === 'act version 0.2.89' },
  release: {
    x64: {
      url: `${release}_x86_64.tar.gz`,
      sha256: '0191d6f1f3b716b5c55820032605d05fc3c1cdbf581ebeff655019e5dd1524c0',
      member: 'act',
    },
    arm64: {
      url: `${release}_arm64.tar.gz`,
      sha256: 'daa8679ba9615a74d2d0cec321dc593f21948a2a11bb65862b063d8b930f4bcb',
      member: 'act',
    },
  },
  go: { module: 'act', package: 'github.com/nektos/act', usuallySeconds: 35 },
}

/** The runner has no daemon: whoever runs a workflow starts it, with folders of its own for its state. */
export const group: GroupDefinition<'runner'> = {
  name: 'runner',
  requires: [],
  systemPackages: [{ package: 'git', file: 'git' }],
  parts: [act],
  start: async (context) => ({
    details: { path: await context.provide(act) },
    versions: { act: act.version },
  }),
}
