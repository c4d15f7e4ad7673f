import { describe, expect, it } from '@jest/globals'
import { ConfigurationError } from '@oke-pipeline/core'
import { parseEnvironments } from '../src/index.ts'

const file = '.github/oke-pipeline.yml'

const good = `schema: oke-pipeline/environments/v1
environments:
  - name: dev
    namespace: hello-dev
    manifests: [deploy/dev]
  - name: production
    namespace: hello-production
    manifests:
      - deploy/production
    release: hello
    timeout: 1h30m
    context: prod/eu
`

const evidenced = `${good}    evidence:
      - evidence: scan-verdict
        signed-by:
          - identity: https://github.com/acme/shop/.github/workflows/*@refs/heads/main
          - key: release
        max-age: 7d
trusted-root: .github/roots.jsonl
trusted-keys: { release: .github/release.pem }
`

function failureOf(text: string): ConfigurationError {
  try {
    parseEnvironments(text, file)
  } catch (error) {
    if (error instanceof ConfigurationError) return error
    throw error
  }
  throw new Error('The file was taken for a good one.')
}

function problemsIn(text: string): readonly string[] {
  return failureOf(text)
    .explanation.split('\n  - ')
    .filter((line) => line !== '')
}

describe('parseEnvironments', () => {
  it('keeps the order and every setting', () => {
    expect(parseEnvironments(good, file)).toEqual({
      file,
      environments: [
        { name: 'dev', namespace: 'hello-dev', manifests: ['deploy/dev'] },
        {
          name: 'production',
          namespace: 'hello-production',
          manifests: ['deploy/production'],
          release: 'hello',
          timeout: '1h30m',
          context: 'prod/eu',
        },
      ],
      trust: { 'trusted-keys': [] },
    })
  })

  it('keeps what an environment requires of an image, and whom to trust', () => {
    const { trust, environments } = parseEnvironments(evidenced, file)
    expect(trust).toEqual({
      'trusted-root': '.github/roots.jsonl',
      'trusted-keys': [{ name: 'release', value: '.github/release.pem' }],
    })
    const identity = 'https://github.com/acme/shop/.github/workflows/*@refs/heads/main'
    const issuer = 'https://token.actions.githubusercontent.com'
    expect(environments.map(({ evidence }) => evidence)).toEqual([
      undefined,
      [
        {
          evidence: 'https://in-toto.io/attestation/vulns/v0.1',
          'signed-by': [{ identity, issuer }, { key: 'release' }],
          'max-age': 604_800,
          content: [],
        },
      ],
    ])
  })

  it('takes anchors and aliases', () => {
    const text = good
      .replace('[deploy/dev]', '&paths [deploy/dev]')
      .replace('\n      - deploy/production', ' *paths')
    expect(parseEnvironments(text, file).environments[1]?.manifests).toEqual(['deploy/dev'])
  })

  it('reports all problems at once, each with its line', () => {
    const text = `schema: oke-pipeline/environments/v2
environments:
  - name: dev
    namespace: Hello_Dev
    manifests: []
    colour: blue
  - name: Dev
    manifests:
      - ../secrets
      - -o
    timeout: soon
`
    expect(problemsIn(text)).toEqual([
      'line 1:1: "schema": expected oke-pipeline/environments/v1, got "oke-pipeline/environments/v2".',
      'line 4:5: "environments[0].namespace": expected a namespace: at most 63 lower-case letters, digits and "-", got "Hello_Dev".',
      'line 5:5: "environments[0].manifests": expected at least one path, got [].',
      'line 6:5: "environments[0].colour" is unknown; known here: name, namespace, create-namespace, namespace-labels, namespace-annotations, pull-secret, manifests, manifest-command, chart, chart-repository, chart-version, chart-digest, values, set-values, image-value, helm-version, patches, kubectl-version, substitute, image-name, image-containers, image-paths, images, require-digests, release, timeout, min-ready, max-restarts, lock-timeout, on-failure, first-release, force-conflicts, on-immutable, max-prune, context, cluster, cluster-endpoint, cluster-server, cluster-ca, cluster-audience, evidence.',
      'line 7:5: "environments[1].namespace" is missing.',
      'line 7:5: "environments[1].name": the name "dev" is taken by environments[0].',
      'line 9:9: "environments[1].manifests[0]": expected a path relative to the root of the repository, without "..", got "../secrets".',
      'line 10:9: "environments[1].manifests[1]": expected a path relative to the root of the repository, without "..", got "-o".',
      'line 11:5: "environments[1].timeout": expected a duration such as 90s, 10m or 1h30m, got "soon".',
    ])
  })

  it('points at the first problem', () => {
    const place = failureOf(good.replace('hello-production', '7_')).place
    expect(place).toEqual({ file, line: 7, column: 5 })
  })

  const refused = [
    { name: 'an empty file', text: '', says: 'The file: expected' },
    { name: 'a list', text: '- dev\n', says: 'is missing' },
    { name: 'no environments', text: 'schema: oke-pipeline/environments/v1\n', says: 'is missing' },
    {
      name: 'an empty list',
      text: good.replace(/:\n {2}- name: dev[^]*$/, ': []\n'),
      says: 'at least one environment',
    },
    {
      name: 'a word for an environment',
      text: `${good}  - staging\n`,
      says: 'an environment with its settings',
    },
    {
      name: 'an absolute path',
      text: good.replace('[deploy/dev]', '[/etc]'),
      says: 'relative to the root',
    },
    {
      name: 'a path with a line break',
      text: good.replace('[deploy/dev]', '["a\\nb"]'),
      says: 'relative to the root',
    },
    {
      name: 'neither manifests nor a chart',
      text: good.replace(/ {4}manifests: \[deploy\/dev\]\n/, ''),
      says: '"environments[0]" has neither "manifests" nor "chart"',
    },
    {
      name: 'values without a chart',
      text: good.replace('[deploy/dev]', '[deploy/dev]\n    values: [a.yaml]'),
      says: '"environments[0].values" is for a Helm chart',
    },
    {
      name: 'a version of Helm without a chart',
      text: good.replace('[deploy/dev]', '[deploy/dev]\n    helm-version: 4.1.4'),
      says: 'line 6:5: "environments[0].helm-version" is for a Helm chart',
    },
    {
      name: 'two ways to a cluster',
      text: `${good}    cluster: ocid1.cluster.oc1.iad.aaaa\n    cluster-server: https://192.0.2.7\n`,
      says: 'line 14:5: "environments[1].cluster-server" cannot be given together with "cluster"',
    },
    {
      name: 'an authority without a server',
      text: `${good}    cluster-ca: LS0t\n`,
      says: '"environments[1].cluster-ca" is only used with "cluster-server"',
    },
    {
      name: 'a number for a variable',
      text: `${good}    substitute: { REPLICAS: 3 }\n`,
      says: '"environments[1].substitute.REPLICAS": expected a text in one line (in quotes, where YAML would read a number, true or false), got 3',
    },
    {
      name: 'a variable that is none',
      text: `${good}    substitute: { my-host: a }\n`,
      says: 'the name of a variable',
    },
    {
      name: 'an image without a digest',
      text: `${good}    images: { proxy: "iad.ocir.io/acme/proxy:1" }\n`,
      says: '"environments[1].images.proxy": expected an image by digest',
    },
    {
      name: 'a command for a shell',
      text: `${good}    manifest-command: [jsonnet app.jsonnet]\n`,
      says: '"environments[1].manifest-command[0]": expected a program and its arguments, as a list',
    },
    {
      name: 'a word for a switch',
      text: `${good}    create-namespace: 'yes'\n`,
      says: '"environments[1].create-namespace": expected true or false, got "yes"',
    },
    {
      name: 'too large a number',
      text: `${good}    max-prune: 100001\n`,
      says: '"environments[1].max-prune": expected a whole number from 0 to 100000, got 100001',
    },
    {
      name: 'a range of versions of a chart',
      text: good.replace('manifests: [deploy/dev]', 'chart: oci://a/b\n    chart-version: ^1'),
      says: 'an exact version',
    },
    { name: 'a number for a name', text: good.replace('name: dev', 'name: 1'), says: 'got 1' },
    { name: 'an empty duration', text: good.replace('1h30m', "''"), says: 'a duration' },
    {
      name: 'identities that no trust root could verify',
      text: evidenced.replace('trusted-root: .github/roots.jsonl\n', ''),
      says: '"environments[1].evidence[0]" names the identity "https://github.com/acme/shop/.github/workflows/*@refs/heads/main", and there is no "trusted-root" to verify its certificate with.',
    },
    {
      name: 'a key that is not there',
      text: evidenced.replace('{ release:', '{ releases:'),
      says: 'line 14:9: "environments[1].evidence[0]" names the key "release", which "trusted-keys" does not have.',
    },
    {
      name: 'evidence that nobody has signed',
      text: evidenced.replace(/ {8}signed-by:\n(?: {10}.*\n)+/, ''),
      says: '"environments[1].evidence[0].signed-by" is missing',
    },
    {
      name: 'an age in weeks',
      text: evidenced.replace('7d', '1w'),
      says: '"environments[1].evidence[0].max-age": expected hours or days, such as 12h or 30d, got "1w"',
    },
    {
      name: 'a kind of evidence that there is not',
      text: evidenced.replace('scan-verdict', 'scan'),
      says: '"environments[1].evidence[0].evidence": expected one of signature, provenance, spdx,',
    },
    {
      name: 'a signer of neither kind',
      text: evidenced.replace('- key: release', '- name: release'),
      says: '"environments[1].evidence[0].signed-by[1]',
    },
    {
      name: 'a key from elsewhere',
      text: evidenced.replace('.github/release.pem', '../release.pem'),
      says: '"trusted-keys.release": expected a path relative to the root of the repository',
    },
    { name: 'an option for a context', text: good.replace('prod/eu', '"a\\0"'), says: 'a context' },
  ]
  it.each(refused)('refuses $name', ({ text, says }) => {
    expect(problemsIn(text).join('\n')).toContain(says)
  })

  const notYaml = [
    {
      name: 'a bad indentation',
      text: good.replace('    namespace: hello-dev', '   namespace: x'),
      line: 4,
    },
    {
      name: 'a tab',
      text: good.replace('    namespace: hello-dev', '\tnamespace: hello-dev'),
      line: 4,
    },
    {
      name: 'a key given twice',
      text: good.replace('    release', '    name: x\n    release'),
      line: 10,
    },
    { name: 'an unknown tag', text: good.replace('name: dev', 'name: !secret dev'), line: 3 },
    { name: 'two documents', text: `${good}---\n${good}`, line: 13 },
  ]
  it.each(notYaml)('gives the line of $name', ({ text, line }) => {
    expect(failureOf(text).place).toMatchObject({ file, line })
  })

  it('does not unfold a bomb of aliases', () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level},`.repeat(9)}]`,
    )
    expect(problemsIn(`l0: &l0 x\n${levels.join('\n')}\n`).join()).toContain('alias')
  })
})
