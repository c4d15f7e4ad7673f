import { describe, expect, it } from '@jest/globals'
import { containerArguments, removeContainersArguments } from '../src/runtime/arguments.ts'
import type { ContainerSpec } from '../src/runtime/container-spec.ts'
import type { RuntimeName } from '../src/runtime/runtime.ts'

const image = `localhost/oke-pipeline-test-1@sha256:${'ab'.repeat(32)}`
const spec: ContainerSpec = {
  name: 'oke-pipeline-test-1-2-image',
  run: 'oke-pipeline-test-1',
  image,
  environmentFile: undefined,
  inherited: {},
  user: undefined,
  isReadOnly: false,
  memory: undefined,
  network: undefined,
  published: [],
  entry: { kind: 'image', args: [] },
}
const common = [
  ...['--name', 'oke-pipeline-test-1-2-image', '--label', 'oke-pipeline.test=oke-pipeline-test-1'],
  ...['--pull', 'never'],
]
const beginnings: Readonly<Record<RuntimeName, readonly string[]>> = {
  docker: ['create', ...common],
  nerdctl: ['create', ...common],
  podman: [
    ...['run', '--log-driver', 'k8s-file', '--http-proxy=false', '--sig-proxy=false'],
    ...common,
  ],
}
const program = ['/bin/sh', '-c', 'echo "$A"; `id`', '--rm']

interface Row {
  readonly name: string
  readonly changes: Partial<ContainerSpec>
  /** What follows the beginning; where podman differs, by runtime. */
  readonly args: readonly string[] | Readonly<Record<'docker' | 'podman', readonly string[]>>
}

const rows: readonly Row[] = [
  { name: 'the image’s own program', changes: {}, args: [image] },
  {
    name: 'other arguments for it',
    changes: { entry: { kind: 'image', args: ['--verbose', '$HOME'] } },
    args: [image, '--verbose', '$HOME'],
  },
  {
    name: 'a command in place of it, metacharacters, quotes and options as they are',
    changes: { entry: { kind: 'program', command: program } },
    args: {
      docker: ['--entrypoint', '/bin/sh', image, '-c', 'echo "$A"; `id`', '--rm'],
      podman: ['--entrypoint', '["/bin/sh","-c","echo \\"$A\\"; `id`","--rm"]', image],
    },
  },
  {
    name: 'environment from a file',
    changes: { environmentFile: '/temp/own/environment' },
    args: ['--env-file', '/temp/own/environment', image],
  },
  {
    name: 'a value of several lines by name only',
    changes: { inherited: { KEY: 'a\nb' } },
    args: ['--env', 'KEY', image],
  },
  {
    name: 'another user',
    changes: { user: '1000:1000' },
    args: ['--user', '1000:1000', image],
  },
  {
    name: 'a read-only root file system without a writable /tmp',
    changes: { isReadOnly: true },
    args: {
      docker: ['--read-only', image],
      podman: ['--read-only', '--read-only-tmpfs=false', image],
    },
  },
  {
    name: 'a limit of memory, swap included',
    changes: { memory: '64m' },
    args: ['--memory', '64m', '--memory-swap', '64m', image],
  },
  {
    name: 'published ports, on this machine only',
    changes: { published: [8080, 9090] },
    args: ['--publish', '127.0.0.1::8080', '--publish', '127.0.0.1::9090', image],
  },
  {
    name: 'a name on a network',
    changes: { network: { kind: 'network', network: 'n', alias: 'app' }, published: [1] },
    args: ['--network', 'n', '--network-alias', 'app', '--publish', '127.0.0.1::1', image],
  },
  {
    name: 'a network that others join',
    changes: { network: { kind: 'shared', names: ['database', 'cache'] }, published: [1] },
    args: [
      ...['--add-host', 'database:127.0.0.1', '--add-host', 'cache:127.0.0.1'],
      ...['--publish', '127.0.0.1::1', image],
    ],
  },
  {
    name: 'a network that is joined, whose ports are the other’s',
    changes: { network: { kind: 'joined', container: 'c' }, published: [1] },
    args: ['--network', 'container:c', image],
  },
]

describe.each(['docker', 'podman', 'nerdctl'] as const)('containerArguments of %s', (runtime) => {
  it.each(rows)('$name', ({ changes, args }) => {
    const rest = 'docker' in args ? args[runtime === 'podman' ? 'podman' : 'docker'] : args
    const expected = [...beginnings[runtime], ...rest]
    expect(containerArguments(runtime, { ...spec, ...changes })).toEqual(expected)
  })
})

describe('removeContainersArguments', () => {
  it('ends containers at once, and takes their volumes', () => {
    expect(removeContainersArguments('docker', ['a', 'b'])).toEqual([
      ...['rm', '--force', '--volumes', 'a', 'b'],
    ])
    expect(removeContainersArguments('podman', ['a'])).toEqual([
      ...['rm', '--force', '--volumes', '--ignore', '--depend', '--time', '0', 'a'],
    ])
  })
})
