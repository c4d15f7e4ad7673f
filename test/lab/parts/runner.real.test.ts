import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { currentLab } from '../../setup/lab.ts'
import { runCommand, tryCommand } from '../command.ts'

jest.setTimeout(60_000)

const { environment } = currentLab()

const caller = `on: push
jobs:
  build:
    uses: acme/suite/.github/workflows/build.yml@v1
    with: { name: hello }
    secrets: { token: '\${{ secrets.TOKEN }}' }
  after:
    needs: build
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - run: test -f app.txt && test '\${{ needs.build.outputs.digest }}' = 'hello:two lines'
`
const reusable = `on:
  workflow_call:
    inputs: { name: { type: string, required: true } }
    secrets: { token: { required: true } }
    outputs: { digest: { value: '\${{ jobs.inner.outputs.digest }}' } }
jobs:
  inner:
    runs-on: ubuntu-latest
    outputs: { digest: '\${{ steps.build.outputs.digest }}' }
    steps:
      - id: build
        uses: acme/suite/actions/build@v1
        with: { name: '\${{ inputs.name }}', token: '\${{ secrets.token }}' }
`
const action = `name: build
description: Stands for an action of ours
inputs: { name: { required: true }, token: { required: true } }
runs: { using: node24, main: ../../dist/build/index.js, post: ../../dist/build/index.js }
`
const bundle = `import { appendFileSync } from 'node:fs'
const { env } = process
if (env.STATE_started === undefined) {
  const lines = env.INPUT_TOKEN.trim().split('\\n')
  appendFileSync(env.GITHUB_OUTPUT, \`digest=\${env.INPUT_NAME}:\${lines.join(' ')}\\n\`)
  appendFileSync(env.GITHUB_STATE, 'started=yes\\n')
  appendFileSync(env.GITHUB_STEP_SUMMARY, '# Built\\n')
} else {
  appendFileSync(env.GITHUB_STEP_SUMMARY, 'Cleaned up\\n')
}
`

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runner-'))
  await write('application/.github/workflows/deliver.yml', caller)
  await write('application/app.txt', 'hello\n')
  await write('suite/.github/workflows/build.yml', reusable)
  await write('suite/actions/build/action.yml', action)
  await write('suite/dist/build/index.js', bundle)
  await write('suite/dist/build/package.json', '{"type":"module"}')
  await write('secrets.yaml', 'TOKEN: |\n  two\n  lines\n')
  const git = [
    '-C',
    join(folder, 'application'),
    '-c',
    'user.name=test',
    '-c',
    'user.email=test@localhost',
  ]
  await runCommand('git', [...git, 'init', '--quiet'])
  await runCommand('git', [...git, 'add', '.'])
  await runCommand('git', [...git, 'commit', '--quiet', '--message', 'First'])
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

async function write(path: string, content: string): Promise<void> {
  const file = join(folder, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
}

describe('the runner of the lab', () => {
  it('runs reusable workflows and actions of a folder that stands for a repository', async () => {
    const { exitCode, stdout } = await tryCommand(
      'act',
      [
        ...[
          'push',
          '--json',
          '--rm',
          '--no-cache-server',
          '--platform',
          'ubuntu-latest=-self-hosted',
        ],
        ...['--secret-file', join(folder, 'secrets.yaml')],
        ...['--local-repository', `acme/suite@v1=${join(folder, 'suite')}`],
      ],
      {
        workingDirectory: join(folder, 'application'),
        environment: {
          PATH: `${dirname(process.execPath)}:${environment.PATH ?? ''}`,
          HOME: folder,
          XDG_CACHE_HOME: join(folder, 'cache'),
        },
      },
    )
    expect({ exitCode, summaries: summariesOf(stdout) }).toEqual({
      exitCode: 0,
      summaries: ['# Built\n', 'Cleaned up\n'],
    })
  })
})

function summariesOf(log: string): readonly string[] {
  return log
    .trim()
    .split('\n')
    .flatMap((line) => {
      const entry = JSON.parse(line) as { readonly command?: string; readonly content?: string }
      return entry.command === 'summary' && entry.content !== undefined ? [entry.content] : []
    })
}
