import { describe, expect, it } from '@jest/globals'
import type { Inputs } from '../src/declaration.ts'
import { buildahArguments } from '../src/engines/buildah-arguments.ts'
import { buildctlArguments } from '../src/engines/buildctl-arguments.ts'
import { buildxArguments } from '../src/engines/buildx-arguments.ts'
import { parseInspection } from '../src/engines/inspect-builder.ts'
import { request } from './build-requests.ts'

function buildx(inputs: Partial<Inputs>): readonly string[] {
  return buildxArguments(request(inputs), { builder: 'b', metadata: '/t/m.json' })
}

const always = [
  ...['--attest', 'type=provenance,mode=min'],
  ...['--output', 'type=oci,tar=false,dest=/t/image', '--metadata-file', '/t/m.json'],
  ...['--progress', 'rawjson', '/w'],
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
    {
      name: 'a secret variable, by its name only',
      inputs: { 'secret-envs': [{ name: 'token', value: 'NPM_TOKEN' }] },
      adds: ['--secret', 'id=token,env=NPM_TOKEN'],
    },
    {
      name: 'an agent and a key',
      inputs: { ssh: ['default', 'deploy=/k'] },
      adds: ['--ssh', 'default', '--ssh', 'deploy=/k'],
    },
    {
      name: 'an annotation',
      inputs: { annotations: [{ name: 'index:a', value: 'b' }] },
      adds: ['--annotation', 'index:a=b'],
    },
    {
      name: 'caches, which may fail to be written',
      inputs: {
        'cache-from': [{ type: 'registry', attributes: { ref: 'r/c:1' } }],
        'cache-to': [{ type: 'registry', attributes: { ref: 'r/c:1', mode: 'max' } }],
      },
      adds: [
        ...['--cache-from', 'type=registry,ref=r/c:1'],
        ...['--cache-to', 'type=registry,ref=r/c:1,mode=max,ignore-error=true'],
      ],
    },
    {
      name: 'a cache that must be written',
      inputs: {
        'cache-to': [{ type: 'registry', attributes: { ref: 'r/c', 'ignore-error': 'false' } }],
      },
      adds: ['--cache-to', 'type=registry,ref=r/c,ignore-error=false'],
    },
    {
      name: 'a cache inside the image',
      inputs: { 'cache-to': [{ type: 'inline', attributes: {} }] },
      adds: ['--cache-to', 'type=inline'],
    },
    { name: 'no cache', inputs: { 'no-cache': true }, adds: ['--no-cache'] },
    {
      name: 'stages without cache',
      inputs: { 'no-cache-filters': ['a', 'b'] },
      adds: ['--no-cache-filter', 'a', '--no-cache-filter', 'b'],
    },
    { name: 'no network', inputs: { network: 'none' }, adds: ['--network', 'none'] },
    {
      name: 'a host',
      inputs: { 'add-hosts': ['db:10.0.0.1'] },
      adds: ['--add-host', 'db:10.0.0.1'],
    },
    { name: 'shared memory', inputs: { 'shm-size': '128m' }, adds: ['--shm-size', '128m'] },
    {
      name: 'a limit',
      inputs: { ulimit: ['nofile=1024:2048'] },
      adds: ['--ulimit', 'nofile=1024:2048'],
    },
    {
      name: 'a control group',
      inputs: { 'cgroup-parent': '/ci' },
      adds: ['--cgroup-parent', '/ci'],
    },
    {
      name: 'an entitlement',
      inputs: { allow: ['network.host'] },
      adds: ['--allow', 'network.host'],
    },
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
    expect(buildx(inputs)).toEqual([
      'build',
      '--builder',
      'b',
      '--file',
      '/w/Dockerfile',
      ...adds,
      ...always,
    ])
  })

  it('quotes a layout path as CSV, so that a comma in it adds no option', () => {
    const odd = request({}, { layout: '/t/a,push=true"x' })
    expect(buildxArguments(odd, { builder: 'b', metadata: 'm' })).toContain(
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
    {
      name: 'no cache',
      inputs: { 'no-cache': true },
      args: ['--tag', 'n', '--layers', '--no-cache'],
    },
    { name: 'pull', inputs: { pull: true }, args: ['--tag', 'n', '--layers', '--pull-always'] },
  ]
  it.each(rows)('$name', ({ inputs, args }) => {
    const all = ['build', '--format', 'oci', '--file', '/w/Dockerfile', ...args, '/w']
    expect(buildahArguments(request(inputs), 'n')).toEqual(all)
  })
})

describe('buildctlArguments', () => {
  const rows: readonly { name: string; inputs: Partial<Inputs>; adds: readonly string[] }[] = [
    { name: 'nothing but defaults', inputs: {}, adds: [] },
    { name: 'a target', inputs: { target: 'app' }, adds: ['--opt', 'target=app'] },
    {
      name: 'several platforms',
      inputs: { platforms: ['linux/amd64', 'linux/arm64'] },
      adds: ['--opt', 'platform=linux/amd64,linux/arm64'],
    },
    {
      name: 'a build argument',
      inputs: { 'build-args': [{ name: 'A', value: 'x=y' }] },
      adds: ['--opt', 'build-arg:A=x=y'],
    },
    {
      name: 'a label',
      inputs: { labels: [{ name: 'l', value: '1' }] },
      adds: ['--opt', 'label:l=1'],
    },
    { name: 'no cache', inputs: { 'no-cache': true }, adds: ['--opt', 'no-cache='] },
    {
      name: 'stages without cache',
      inputs: { 'no-cache-filters': ['a', 'b'] },
      adds: ['--opt', 'no-cache=a,b'],
    },
    { name: 'newer bases', inputs: { pull: true }, adds: ['--opt', 'image-resolve-mode=pull'] },
    { name: 'the usual network', inputs: { network: 'default' }, adds: [] },
    { name: 'no network', inputs: { network: 'none' }, adds: ['--opt', 'force-network-mode=none'] },
    {
      name: 'hosts, also of IPv6',
      inputs: { 'add-hosts': ['db:10.0.0.1', 'six:::1'] },
      adds: ['--opt', 'add-hosts=db=10.0.0.1,six=::1'],
    },
    { name: 'shared memory', inputs: { 'shm-size': '2m' }, adds: ['--opt', 'shm-size=2097152'] },
    { name: 'limits', inputs: { ulimit: ['nofile=1:2'] }, adds: ['--opt', 'ulimit=nofile=1:2'] },
  ]
  it.each(rows)('$name', ({ inputs, adds }) => {
    const args = buildctlArguments(request(inputs), { metadata: 'm', contexts: [] })
    expect(args).toEqual([
      ...['build', '--frontend', 'dockerfile.v0'],
      ...['--local', 'context=/w', '--local', 'dockerfile=/w', '--opt', 'filename=Dockerfile'],
      ...adds,
      ...['--opt', 'attest:provenance=mode=min'],
      ...['--output', 'type=oci,tar=false,dest=/t/image'],
      ...['--metadata-file', 'm', '--progress', 'rawjson'],
    ])
  })

  it('names secrets by variable, and caches', () => {
    const asked = request({
      'secret-envs': [{ name: 't', value: 'V' }],
      'cache-from': [{ type: 'local', attributes: { src: '/c' } }],
    })
    const args = buildctlArguments(asked, { metadata: 'm', contexts: [] }).join(' ')
    expect(args).toContain('--secret id=t,env=V --import-cache type=local,src=/c')
  })

  it.each([
    { inputs: { provenance: 'false' }, attests: [] },
    { inputs: { provenance: 'mode=max' }, attests: ['attest:provenance=mode=max'] },
    {
      inputs: { sbom: 'generator=r/scanner:1' },
      attests: ['attest:provenance=mode=min', 'attest:sbom=generator=r/scanner:1'],
    },
    {
      inputs: { attests: [{ type: 'provenance', attributes: { mode: 'max', 'builder-id': 'x' } }] },
      attests: ['attest:provenance=mode=max,builder-id=x'],
    },
  ])('attests $attests', ({ inputs, attests }) => {
    const args = buildctlArguments(request(inputs), { metadata: 'm', contexts: [] })
    expect(args.filter((argument) => argument.startsWith('attest:'))).toEqual(attests)
    const target = { builder: 'b', metadata: 'm' }
    expect(
      buildxArguments(request(inputs), target).filter((_, at, all) => all[at - 1] === '--attest'),
    ).toEqual(
      attests.length === 0
        ? ['type=provenance,disabled=true']
        : attests.map((text) => text.replace(/^attest:(\w+)=/, 'type=$1,')),
    )
  })

  it('lets BuildKit fetch a Git repository', () => {
    const url = 'https://github.com/acme/app.git#v1'
    const inputs: Partial<Inputs> = { context: { kind: 'git', url } }
    const asked = request(inputs, { context: url, dockerfile: 'deploy/Dockerfile' })
    const args = buildctlArguments(asked, { metadata: 'm', contexts: [] })
    expect(args.slice(3, 7)).toEqual([
      ...['--opt', `context=${url}`, '--opt', 'filename=deploy/Dockerfile'],
    ])
  })

  it('annotates manifest and index, and rewrites times', () => {
    const annotations = [
      { name: 'a', value: '1' },
      { name: 'index,manifest[linux/amd64]:b', value: '2' },
    ]
    const asked = request({ annotations }, { epoch: 7 })
    const args = buildctlArguments(asked, { metadata: 'm', contexts: [] })
    expect(args).toContain('build-arg:SOURCE_DATE_EPOCH=7')
    expect(args).toContain(
      'type=oci,tar=false,dest=/t/image,rewrite-timestamp=true,annotation.a=1,annotation-index.b=2,annotation-manifest[linux/amd64].b=2',
    )
  })
})

describe('parseInspection', () => {
  it('reads a builder that runs', () => {
    const text = `Name:          lab
Driver:        remote
Last Activity: 2026-11-25 02:19:52 +0000 UTC

Nodes:
Name:             lab0
Endpoint:         unix:///run/buildkitd.sock
Status:           running
BuildKit version: v0.33.0
`
    expect(parseInspection(text)).toEqual({
      name: 'lab',
      driver: 'remote',
      endpoint: 'unix:///run/buildkitd.sock',
      status: 'running',
      error: undefined,
    })
  })

  it('reads what is wrong with one that does not work', () => {
    const text = 'Name:   default\nDriver: \nError:  failed to connect to the docker API\n'
    expect(parseInspection(text)).toMatchObject({
      driver: '',
      error: 'failed to connect to the docker API',
    })
  })
})
