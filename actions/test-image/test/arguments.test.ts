import { describe, expect, it } from '@jest/globals'
import {
  removeContainerArguments,
  removeImageArguments,
  runArguments,
} from '../src/podman-arguments.ts'
import type { ContainerSettings, ContainerStart } from '../src/podman-arguments.ts'

const image = `localhost/oke-pipeline-test-1@sha256:${'ab'.repeat(32)}`
const settings: ContainerSettings = {
  container: 'oke-pipeline-test-1-command',
  image,
  environmentFile: undefined,
  user: undefined,
  isReadOnly: false,
}
const common = [
  ...['run', '--name', 'oke-pipeline-test-1-command', '--pull', 'never'],
  ...['--log-driver', 'k8s-file', '--http-proxy=false'],
]
const service: ContainerStart = { kind: 'service', port: 8080 }
const publish = ['--publish', '127.0.0.1::8080']

interface Row {
  readonly name: string
  readonly changes: Partial<ContainerSettings>
  readonly start: ContainerStart
  readonly args: readonly string[]
}

const rows: readonly Row[] = [
  {
    name: 'a service with the image’s own program',
    changes: {},
    start: service,
    args: [...common, ...publish, image],
  },
  {
    name: 'a command in place of it',
    changes: {},
    start: { kind: 'command', command: ['/bin/app', '--self-test'] },
    args: [...common, '--entrypoint', '["/bin/app","--self-test"]', image],
  },
  {
    name: 'metacharacters, quotes and options of a command',
    changes: {},
    start: { kind: 'command', command: ['/bin/sh', '-c', 'echo "$A"; `id`', '--rm'] },
    args: [...common, '--entrypoint', '["/bin/sh","-c","echo \\"$A\\"; `id`","--rm"]', image],
  },
  {
    name: 'environment from a file',
    changes: { environmentFile: '/temp/own/environment' },
    start: service,
    args: [...common, '--env-file', '/temp/own/environment', ...publish, image],
  },
  {
    name: 'another user',
    changes: { user: '1000:1000' },
    start: service,
    args: [...common, '--user', '1000:1000', ...publish, image],
  },
  {
    name: 'a read-only root file system',
    changes: { isReadOnly: true },
    start: service,
    args: [...common, '--read-only', '--read-only-tmpfs=false', ...publish, image],
  },
]

describe('runArguments', () => {
  it.each(rows)('$name', ({ changes, start, args }) => {
    expect(runArguments({ ...settings, ...changes }, start)).toEqual(args)
  })
})

describe('removal', () => {
  it('ends a container at once, and minds none that is gone', () => {
    expect(removeContainerArguments('a')).toEqual(['rm', '--force', '--ignore', '--time', '0', 'a'])
  })

  it('takes back the name of the image', () => {
    expect(removeImageArguments('localhost/a')).toEqual(['rmi', '--force', 'localhost/a'])
  })
})
