import { join } from 'node:path'
import { ensureLabsDirectory } from './lab-record.ts'
import { provide } from './provision/part.ts'
import type { Part } from './provision/part.ts'
import { ensureSystemPackages } from './provision/system-packages.ts'

const actionlint: Part = {
  name: 'actionlint',
  version: '1.7.12',
  onPath: { args: ['-version'], accepts: (output) => output.startsWith('1.7.') },
  release: {
    x64: {
      url: 'https://github.com/rhysd/actionlint/releases/download/v1.7.12/actionlint_1.7.12_linux_amd64.tar.gz',
      sha256: '8aca8db96f1b94770f1b0d72b6dddcb1ebb8123cb3712530b08cc387b349a3d8',
      member: 'actionlint',
    },
    arm64: {
      url: 'https://github.com/rhysd/actionlint/releases/download/v1.7.12/actionlint_1.7.12_linux_arm64.tar.gz',
      sha256: '325e971b6ba9bfa504672e29be93c24981eeb1c07576d730e9f7c8805afff0c6',
      member: 'actionlint',
    },
  },
  go: {
    module: 'actionlint',
    package: 'github.com/rhysd/actionlint/cmd/actionlint',
    usuallySeconds: 10,
  },
}

const zizmor: Part = {
  name: 'zizmor',
  version: '1.32.0',
  onPath: { args: ['--version'], accepts: (output) => output.startsWith('zizmor 1.32.') },
  pypi: {
    package: 'zizmor',
    sha256: {
      x64: '84a6acb975accc13408786a2bd274b572537ca19c933ebbc13e78f3988562071',
      arm64: '0cdd38fca6eb34ceb567548548d706332e3535ea66894b9168c048e03207b68c',
    },
    member: 'zizmor-1.32.0.data/scripts/zizmor',
  },
}

/** Paths of the programs that check workflows. */
export interface Linters {
  readonly actionlint: string
  readonly zizmor: string
}

/** Provides the linters of workflows and actions. */
export async function provideLinters(log: (line: string) => void): Promise<Linters> {
  await ensureSystemPackages([{ package: 'python3-pip', file: 'pip3' }], {
    log,
    install: process.getuid?.() === 0,
    lock: join(await ensureLabsDirectory(), '.apt-lock'),
  })
  return {
    actionlint: await provide(actionlint, { log }),
    zizmor: await provide(zizmor, { log }),
  }
}
