import { describe, expect, it } from '@jest/globals'
import { UnacceptableValue } from '@oke-pipeline/core'
import fc from 'fast-check'
import { digestOf, parseDigest } from '../src/digest.ts'
import {
  digestKind,
  pinnedReferenceKind,
  referenceKind,
  repositoryKind,
  repositoryNameKind,
  tagKind,
} from '../src/kinds.ts'
import {
  formatReference,
  isPinned,
  parseReference,
  parseRepositoryName,
  repositoryName,
  withDigest,
} from '../src/reference.ts'

const digest = parseDigest(`sha256:${'0123456789abcdef'.repeat(4)}`)

describe('parseReference', () => {
  it.each([
    { text: 'nginx', is: ['docker.io', 'library/nginx'] },
    { text: 'nginx:1.27', is: ['docker.io', 'library/nginx', '1.27'] },
    { text: 'grafana/loki', is: ['docker.io', 'grafana/loki'] },
    { text: 'docker.io/nginx', is: ['docker.io', 'library/nginx'] },
    { text: 'index.docker.io/grafana/loki', is: ['docker.io', 'grafana/loki'] },
    { text: 'iad.ocir.io/tenancy/app', is: ['iad.ocir.io', 'tenancy/app'] },
    { text: 'iad.ocir.io/tenancy/team/app:v1', is: ['iad.ocir.io', 'tenancy/team/app', 'v1'] },
    {
      text: 'ocir.us-ashburn-1.oci.oraclecloud.com/ns/app',
      is: ['ocir.us-ashburn-1.oci.oraclecloud.com', 'ns/app'],
    },
    { text: 'localhost/app', is: ['localhost', 'app'] },
    { text: 'localhost:5000/app:x', is: ['localhost:5000', 'app', 'x'] },
    { text: '127.0.0.1:5000/a/b', is: ['127.0.0.1:5000', 'a/b'] },
    { text: '[::1]:5000/app', is: ['[::1]:5000', 'app'] },
    { text: 'registry:5000/app', is: ['registry:5000', 'app'] },
    { text: 'Registry/app', is: ['Registry', 'app'] },
    { text: 'example.com/a.b_c__d-e---f', is: ['example.com', 'a.b_c__d-e---f'] },
    { text: `app@${digest}`, is: ['docker.io', 'library/app', undefined, digest] },
    { text: `r.io/app:1@${digest}`, is: ['r.io', 'app', '1', digest] },
    { text: `r.io/app:${'t'.repeat(128)}`, is: ['r.io', 'app', 't'.repeat(128)] },
    { text: `r.io/${'a'.repeat(255)}`, is: ['r.io', 'a'.repeat(255)] },
    { text: 'r.io/app:_latest', is: ['r.io', 'app', '_latest'] },
  ])('reads $text', ({ text, is: [registry, repository, tag, pinned] }) => {
    expect(parseReference(text)).toEqual({ registry, repository, tag, digest: pinned })
  })

  it.each([
    { text: '', because: 'names no repository' },
    { text: 'App', because: 'upper-case letters' },
    { text: 'iad.ocir.io/tenancy/App', because: 'upper-case letters' },
    { text: 'iad.ocir.io/', because: 'names no repository' },
    { text: 'iad.ocir.io//app', because: 'empty part' },
    { text: 'iad.ocir.io/app/', because: 'empty part' },
    { text: '/app', because: 'empty part' },
    { text: 'https://iad.ocir.io/app', because: '"https:" is not a host name' },
    { text: 'r.io/app:', because: 'The tag ""' },
    { text: 'r.io/app:.1', because: 'The tag ".1"' },
    { text: `r.io/app:${'t'.repeat(129)}`, because: 'is not 1 to 128' },
    { text: 'r.io/app@sha256:abc', because: '64 lower-case hex digits' },
    { text: `r.io/app@${digest}@${digest}`, because: 'more than one "@"' },
    { text: 'r.io/a..b', because: '"a..b" is not made of' },
    { text: 'r.io/-a', because: '"-a" is not made of' },
    { text: 'r.io/a___b', because: '"a___b" is not made of' },
    { text: 'r.io/../etc', because: '".." is not made of' },
    { text: `r.io/${'a'.repeat(256)}`, because: '256 characters' },
    { text: 'r.io:port/app', because: '"r.io:port" is not a host name' },
    { text: 'r.io:65536/app', because: '"65536" is not a port' },
    { text: '-r.io/app', because: '"-r.io" is not a host name' },
    { text: 'r.io/app; rm -rf /', because: 'is not made of' },
    { text: 'r.io/$(id)', because: 'is not made of' },
    { text: 'r.io/app\n', because: 'is not made of' },
    { text: 'r.io/app:1\n', because: 'The tag "1\n"' },
    { text: ' r.io/app', because: 'is not a host name' },
  ])('rejects $text', ({ text, because }) => {
    expect(() => parseReference(text)).toThrow(because)
    expect(() => parseReference(text)).toThrow(`Image name "${text}" is no reference`)
  })

  it('reads back what formatReference writes', () => {
    const component = fc.stringMatching(/^[a-z0-9]+([._-][a-z0-9]+){0,2}$/)
    const reference = fc.record(
      {
        registry: fc.constantFrom('r.io', 'localhost', '127.0.0.1:5000', '[::1]:80', 'a.b.c:1'),
        repository: fc
          .array(component, { minLength: 1, maxLength: 4 })
          .map((parts) => parts.join('/'))
          .filter((path) => path.length <= 255),
        tag: fc.stringMatching(/^\w[\w.-]{0,20}$/),
        digest: fc.uint8Array().map((bytes) => digestOf(bytes)),
      },
      { requiredKeys: ['registry', 'repository'] },
    )
    fc.assert(
      fc.property(reference, (value) => {
        expect(parseReference(formatReference(value))).toEqual(value)
      }),
    )
  })

  it('never fails but with a message', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(formatReference(parseReference(text))).toMatch(/^\S+\/\S+$/)
        } catch (error) {
          expect(String(error)).toContain('is no reference')
        }
      }),
    )
  })
})

describe('withDigest', () => {
  it('names the image by digest alone, since the tag may move', () => {
    const pinned = withDigest(parseReference('r.io/app:1'), digest)
    expect(formatReference(pinned)).toBe(`r.io/app@${digest}`)
    expect(isPinned(pinned)).toBe(true)
    expect(repositoryName(pinned)).toBe('r.io/app')
  })
})

describe('parseRepositoryName', () => {
  it.each([
    { text: 'app', is: { registry: undefined, repository: 'app' } },
    { text: 'team/app', is: { registry: undefined, repository: 'team/app' } },
    { text: 'iad.ocir.io/ns/app', is: { registry: 'iad.ocir.io', repository: 'ns/app' } },
    { text: 'localhost/app', is: { registry: 'localhost', repository: 'app' } },
    { text: '127.0.0.1:5000/app', is: { registry: '127.0.0.1:5000', repository: 'app' } },
  ])('takes $text as it is written', ({ text, is }) => {
    expect(parseRepositoryName(text)).toEqual(is)
  })

  it.each(['', '/app', 'app/', 'iad.ocir.io/', `app@${digest}`, 'a b'])('refuses "%s"', (text) => {
    expect(() => parseRepositoryName(text)).toThrow('is no reference')
  })
})

describe('kinds of inputs', () => {
  it.each([
    { name: 'digest', kind: digestKind(), good: digest, bad: 'sha256:1', because: 'the hash has' },
    { name: 'reference', kind: referenceKind(), good: 'r.io/a:1', bad: 'A', because: 'the repos' },
    { name: 'pinned', kind: pinnedReferenceKind(), good: `a@${digest}`, bad: 'a:1', because: 'no' },
    { name: 'repository', kind: repositoryKind(), good: 'r.io/a', bad: 'r.io/a:1', because: 'tag' },
    {
      name: 'repository without digest',
      kind: repositoryKind(),
      good: 'r.io/a',
      bad: `r.io/a@${digest}`,
      because: 'digest',
    },
    {
      name: 'repository without registry',
      kind: repositoryNameKind(),
      good: 'team/app',
      bad: 'team/app:1',
      because: 'it has the tag "1"',
    },
    {
      name: 'repository without registry, in capitals',
      kind: repositoryNameKind(),
      good: 'app',
      bad: 'App',
      because: 'upper-case letters',
    },
    { name: 'tag', kind: tagKind(), good: '1.2', bad: '-1', because: 'the tag "-1"' },
  ])('$name says why a value is unacceptable', ({ kind, good, bad, because }) => {
    expect(kind.parse(good)).toBeDefined()
    expect(() => kind.parse(bad)).toThrow(UnacceptableValue)
    expect(() => kind.parse(bad)).toThrow(because)
    expect(kind.expects).not.toBe('')
  })
})
