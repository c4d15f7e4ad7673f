import { describe, expect, it } from '@jest/globals'
import type { BuildRequest } from '../src/build-request.ts'
import { buildahArguments } from '../src/buildah-arguments.ts'
import { buildxArguments } from '../src/buildx-arguments.ts'
import { driverOf } from '../src/buildx.ts'
import type { Inputs } from '../src/declaration.ts'

const defaults: Inputs = {
  context: { kind: 'folder', path: '.' },
  file: undefined,
  target: undefined,
  platforms: undefined,
  'build-args': undefined,
  'build-contexts': undefined,
  secrets: undefined,
  'secret-files': undefined,
  'secret-envs': undefined,
  ssh: undefined,
  labels: undefined,
  annotations: undefined,
  'cache-from': undefined,
  'cache-to': undefined,
  'no-cache': false,
  'no-cache-filters': undefined,
  pull: false,
  network: undefined,
  'add-hosts': undefined,
  'shm-size': undefined,
  ulimit: undefined,
  'cgroup-parent': undefined,
  allow: undefined,
  provenance: 'true',
  sbom: 'false',
  attests: undefined,
  image: undefined,
  tags: undefined,
  reproducible: false,
  policy: undefined,
  previous: undefined,
  engine: 'auto',
  builder: undefined,
  layout: undefined,
  archive: undefined,
}

function request(inputs: Partial<Inputs>, paths: Partial<BuildRequest> = {}): BuildRequest {
  return {
    inputs: { ...defaults, ...inputs },
    context: '/w',
    dockerfile: '/w/Dockerfile',
    layout: '/t/image',
    labels: inputs.labels ?? [],
    annotations: inputs.annotations ?? [],
    secrets: [],
    epoch: undefined,
    ...paths,
  }
}

function buildx(inputs: Partial<Inputs>, builder?: string): readonly string[] {
  return buildxArguments(request(inputs), { builder, metadata: '/t/m.json' })
}

const always = [
  ...['--provenance', 'false', '--sbom', 'false'],
  ...['--output', 'type=oci,tar=false,"dest=/t/image"', '--metadata-file', '/t/m.json'],
  ...['--progress', 'plain', '/w'],
]

describe('buildxArguments', () => {
  const rows: readonly { name: string; inputs: Partial<Inputs>; adds: readonly string[] }[] = [
    { name: 'nothing but defaults', inputs: {}, adds: [] },
    { name: 'a target', inputs: { target: 'app' }, adds: ['--target', 'app'] },
    {
      name: 'one platform',
      inputs: { platforms: ['linux/arm64'] },
      adds: ['--platform', 'linux/arm64'],
    },
    {
      name: 'several platforms',
      inputs: { platforms: ['linux/amd64', 'linux/arm64/v8'] },
      adds: ['--platform', 'linux/amd64,linux/arm64/v8'],
    },
    {
      name: 'a build argument',
      inputs: { 'build-args': [{ name: 'A', value: '1' }] },
      adds: ['--build-arg', 'A=1'],
    },
    {
      name: 'a build argument with "=" and blanks',
      inputs: { 'build-args': [{ name: 'A', value: 'x=y z' }] },
      adds: ['--build-arg', 'A=x=y z'],
    },
    {
      name: 'a build argument that looks like an option',
      inputs: { 'build-args': [{ name: 'A', value: '--push' }] },
      adds: ['--build-arg', 'A=--push'],
    },
    {
      name: 'a build argument that looks like shell',
      inputs: { 'build-args': [{ name: 'A', value: '$(id);`id`' }] },
      adds: ['--build-arg', 'A=$(id);`id`'],
    },
    {
      name: 'an empty build argument',
      inputs: { 'build-args': [{ name: 'A', value: '' }] },
      adds: ['--build-arg', 'A='],
    },
    {
      name: 'two build arguments',
      inputs: {
        'build-args': [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
      },
      adds: ['--build-arg', 'A=1', '--build-arg', 'B=2'],
    },
    { name: 'an empty list', inputs: { 'build-args': [] }, adds: [] },
    {
      name: 'a build context',
      inputs: { 'build-contexts': [{ name: 'base', value: 'docker-image://node:24' }] },
      adds: ['--build-context', 'base=docker-image://node:24'],
    },
    {
      name: 'a label',
      inputs: { labels: [{ name: 'org.opencontainers.image.title', value: 'Hello, world' }] },
      adds: ['--label', 'org.opencontainers.image.title=Hello, world'],
    },
    { name: 'no cache', inputs: { 'no-cache': true }, adds: ['--no-cache'] },
    { name: 'newer base images', inputs: { pull: true }, adds: ['--pull'] },
    {
      name: 'all flags',
      inputs: { 'no-cache': true, pull: true },
      adds: ['--no-cache', '--pull'],
    },
    {
      name: 'options in a fixed order',
      inputs: { labels: [{ name: 'l', value: '1' }], target: 't', platforms: ['linux/amd64'] },
      adds: ['--target', 't', '--platform', 'linux/amd64', '--label', 'l=1'],
    },
  ]
  it.each(rows)('$name', ({ inputs, adds }) => {
    expect(buildx(inputs)).toEqual(['build', '--file', '/w/Dockerfile', ...adds, ...always])
  })

  it('names the builder before everything else', () => {
    expect(buildx({}, 'mine').slice(0, 3)).toEqual(['build', '--builder', 'mine'])
  })

  it('quotes a layout path as CSV, so that a comma in it adds no option', () => {
    const odd = request({}, { layout: '/t/a,push=true"x' })
    expect(buildxArguments(odd, { builder: undefined, metadata: 'm' })).toContain(
      'type=oci,tar=false,"dest=/t/a,push=true""x"',
    )
  })
})

describe('buildahArguments', () => {
  const rows: readonly { name: string; inputs: Partial<Inputs>; args: readonly string[] }[] = [
    { name: 'nothing but defaults', inputs: {}, args: ['--tag', 'n', '--layers'] },
    {
      name: 'one platform',
      inputs: { platforms: ['linux/arm64'] },
      args: ['--tag', 'n', '--platform', 'linux/arm64', '--layers'],
    },
    {
      name: 'several platforms',
      inputs: { platforms: ['linux/amd64', 'linux/arm64'] },
      args: [
        ...['--manifest', 'n', '--platform', 'linux/amd64', '--platform', 'linux/arm64'],
        '--layers',
      ],
    },
    { name: 'no cache', inputs: { 'no-cache': true }, args: ['--tag', 'n', '--no-cache'] },
    { name: 'pull', inputs: { pull: true }, args: ['--tag', 'n', '--layers', '--pull-always'] },
  ]
  it.each(rows)('$name', ({ inputs, args }) => {
    const all = ['build', '--format', 'oci', '--file', '/w/Dockerfile', ...args, '/w']
    expect(buildahArguments(request(inputs), 'n')).toEqual(all)
  })
})

describe('driverOf', () => {
  it.each([
    {
      inspection: 'Name:          default\nDriver:        docker\nLast Activity: …\n',
      driver: 'docker',
    },
    { inspection: 'Name: lab\nDriver: remote\n\nNodes:\nName: lab0\n', driver: 'remote' },
    { inspection: '', driver: undefined },
  ])('finds $driver', ({ inspection, driver }) => expect(driverOf(inspection)).toBe(driver))
})
