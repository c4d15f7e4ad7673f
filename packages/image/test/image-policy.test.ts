import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { GateError } from '@oke-pipeline/core'
import { toJsonSchema } from '@valibot/to-json-schema'
import { Ajv } from 'ajv'
import {
  ImagePolicyFile,
  describeBases,
  digestOf,
  judgeImage,
  parseDockerfile,
  parseImagePolicy,
  refusalOf,
} from '../src/index.ts'
import type { BuildQuestion, ImageConfig, PolicyViolation } from '../src/index.ts'
import { archiveOf, imageOf } from './layer-archives.ts'
import type { Made } from './layer-archives.ts'

const head = 'schema: oke-pipeline/image-policy/v1\nrules:\n'
const now = new Date('2026-11-25T00:00:00Z')
const digest = digestOf('a base')
// Put together here, so that nobody who looks through this file takes it for a real one.
const pem = generateKeyPairSync('ed25519', {
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
}).privateKey
const awsKey = ['AKIA', 'Q3EGRJ5WTHZ7KLM2'].join('')

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'policy-'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

/** An image on a base of one layer, with one more layer for each list of entries. */
interface Case {
  readonly policy: string
  readonly dockerfile: string
  /** Of the instructions of the Dockerfile, as BuildKit writes them. */
  readonly history: readonly { readonly createdBy: string; readonly isEmptyLayer?: boolean }[]
  readonly layers?: readonly (readonly Made[])[]
  readonly config?: Partial<ImageConfig>
  readonly tags?: readonly string[]
  readonly baseCreated?: string
  readonly question?: Omit<BuildQuestion, 'platform'>
}

async function judge(some: Case): Promise<readonly PolicyViolation[]> {
  const { layers = [], question = {} } = some
  const base: readonly Made[] = [
    { name: 'etc/passwd', content: 'root:x:0:0::/:\napp:x:7:7::/:\nboss:x:0:0::/:\n' },
  ]
  const blobs = await Promise.all([base, ...layers].map((entries) => archiveOf(entries)))
  const { layout, image } = await imageOf(folder, blobs)
  const entry = {
    created: some.baseCreated ?? '2026-11-01T00:00:00Z',
    comment: '',
    isEmptyLayer: false,
  }
  const history = [
    { ...entry, createdBy: 'ADD file:1 in /' },
    ...some.history.map((each) => ({ ...entry, ...each })),
  ]
  const judged = { ...image, config: { ...image.config, history, ...some.config } }
  const content = parseDockerfile(some.dockerfile)
  return judgeImage(
    parseImagePolicy(`${head}${some.policy}`, 'policy.yml'),
    {
      layout: { ...layout, images: [judged] } as never,
      tags: some.tags ?? [],
      bases: describeBases(content, { platform: 'linux/amd64', ...question }, undefined),
      dockerfile: { path: 'Dockerfile', content },
      question,
      now,
    },
    new AbortController().signal,
  )
}

const plain = { dockerfile: 'FROM alpine:3.20.1\n', history: [] }

const cases: readonly (Case & {
  readonly name: string
  readonly finds: readonly { readonly line?: number; readonly says: RegExp }[]
})[] = [
  {
    name: 'a base from elsewhere',
    policy: '  allowed-bases: { images: ["docker.io/library/*", "*.ocir.io/acme/**"] }',
    dockerfile:
      'FROM quay.io/x/y:1 AS a\nFROM alpine\nCOPY --from=iad.ocir.io/acme/b/c:1 x /\nCOPY --from=a x /\n',
    history: [{ createdBy: 'COPY x / # buildkit' }, { createdBy: 'COPY x / # buildkit' }],
    finds: [
      {
        line: 1,
        says: /Base image "quay\.io\/x\/y:1" is not from where the policy allows: docker/,
      },
    ],
  },
  {
    name: 'a base that cannot be told',
    policy: '  allowed-bases: { images: ["docker.io/**"] }',
    dockerfile: 'ARG A=1\nFROM alpine:${A#1}\n',
    history: [],
    finds: [{ line: 2, says: /Base image "unknown" is not from/ }],
  },
  {
    name: 'bases without digest',
    policy: '  pinned-bases: enforce',
    dockerfile: `# syntax=docker/dockerfile:1\nFROM golang:1 AS a\nFROM alpine@${digest}\nCOPY --from=a x /\n`,
    history: [{ createdBy: 'COPY x / # buildkit' }],
    finds: [{ line: 2, says: /"docker\.io\/library\/golang:1" is not pinned by digest/ }],
  },
  {
    name: 'a base that is too old',
    policy: '  base-age: { maximum: 12w }',
    ...plain,
    baseCreated: '2026-08-01T00:00:00Z',
    finds: [{ line: 1, says: /was made 116 days ago; the policy allows 84/ }],
  },
  {
    name: 'a base without age',
    policy: '  base-age: { maximum: 12w }',
    ...plain,
    baseCreated: '1970-01-01T00:00:00Z',
    finds: [
      {
        line: 1,
        says: /The age of base image "docker\.io\/library\/alpine:3\.20\.1" cannot be told/,
      },
    ],
  },
  {
    name: 'nothing in a base that is young',
    policy: '  base-age: { maximum: 12w }',
    ...plain,
    finds: [],
  },
  {
    name: 'tags that move',
    policy: '  fixed-tags: { allow: ["3.*"] }',
    dockerfile: 'FROM alpine:3.20 AS a\nFROM node\nCOPY --from=a x /\n',
    history: [{ createdBy: 'COPY x / # buildkit' }],
    tags: ['1.2.3', 'latest', 'main', '20261125', 'sha-860c190'],
    finds: [
      { says: /Tag "latest" of the image moves/ },
      { says: /Tag "main" of the image moves/ },
      { line: 2, says: /Tag "latest" of base image "docker\.io\/library\/node:latest" moves/ },
    ],
  },
  {
    name: 'root by default',
    policy: '  non-root: enforce',
    ...plain,
    finds: [{ line: 1, says: /runs as root: it sets no user/ }],
  },
  {
    name: 'root by number',
    policy: '  non-root: enforce',
    dockerfile: 'FROM x\nUSER 1\nUSER 0:0\n',
    history: [
      { createdBy: 'USER 1', isEmptyLayer: true },
      { createdBy: 'USER 0:0', isEmptyLayer: true },
    ],
    config: { user: '0:0' },
    finds: [{ line: 3, says: /its user is 0/ }],
  },
  {
    name: 'root by another name',
    policy: '  non-root: enforce',
    ...plain,
    config: { user: 'boss' },
    finds: [{ line: 1, says: /the number of user "boss" is 0/ }],
  },
  {
    name: 'a user that nobody knows',
    policy: '  non-root: enforce',
    ...plain,
    config: { user: 'who:who' },
    finds: [{ line: 1, says: /runs as "who", whose number is not in its \/etc\/passwd/ }],
  },
  {
    name: 'nothing in a user',
    policy: '  non-root: enforce',
    ...plain,
    config: { user: 'app' },
    finds: [],
  },
  {
    name: 'nothing in a number',
    policy: '  non-root: enforce',
    ...plain,
    config: { user: '65532:0' },
    finds: [],
  },
  {
    name: 'an image that is too large',
    policy: '  maximum-size: { size: 4KB }',
    dockerfile: 'FROM x\nRUN make\n',
    history: [{ createdBy: 'RUN /bin/sh -c make # buildkit' }],
    layers: [[{ name: 'big', content: 'x'.repeat(9000) }]],
    finds: [
      { line: 2, says: /the policy allows 4KB\. Its largest layer, made by RUN in line 2, has/ },
    ],
  },
  {
    name: 'too many layers',
    policy: '  maximum-layers: { layers: 1 }',
    dockerfile: 'FROM x\nRUN make\n',
    history: [{ createdBy: 'RUN /bin/sh -c make # buildkit' }],
    layers: [[{ name: 'a' }]],
    finds: [{ line: 2, says: /has 2 layers; the policy allows 1/ }],
  },
  {
    name: 'labels that are missing',
    policy: '  required-labels: { labels: [team, owner, empty] }',
    ...plain,
    config: { labels: { team: 'shop', empty: ' ' } },
    finds: [{ says: /no label "owner"/ }, { says: /no label "empty"/ }],
  },
  {
    name: 'setuid files, by the line that made them so',
    policy: '  no-setuid: { allow: ["/usr/bin/ok"] }',
    dockerfile: 'FROM x\nRUN a\nRUN b\n',
    history: [{ createdBy: 'RUN /bin/sh -c a' }, { createdBy: 'RUN /bin/sh -c b' }],
    layers: [
      [
        { name: 'usr/bin/ok', mode: 0o4755 },
        { name: 'usr/bin/bad', mode: 0o4755 },
        { name: 'usr/bin/mended', mode: 0o4755 },
        { name: 'var/mail', type: 'directory', mode: 0o2775 },
      ],
      [
        { name: 'usr/bin/group', mode: 0o2755 },
        { name: 'usr/bin/mended', mode: 0o755 },
      ],
    ],
    finds: [
      { line: 2, says: /made so by RUN in line 2: \/usr\/bin\/bad\./ },
      { line: 3, says: /made so by RUN in line 3: \/usr\/bin\/group\./ },
    ],
  },
  {
    name: 'secrets wherever they are',
    policy: '  no-secrets: enforce',
    dockerfile: `FROM x\nARG API_TOKEN=abcdef\nENV KEY=${awsKey}\nENV DB_PASSWORD=hunter22\nCOPY a /\nRUN rm /a\nLABEL l=${awsKey}\n`,
    history: [
      { createdBy: 'ARG API_TOKEN=abcdef', isEmptyLayer: true },
      { createdBy: `ENV KEY=${awsKey}`, isEmptyLayer: true },
      { createdBy: 'ENV DB_PASSWORD=hunter22', isEmptyLayer: true },
      { createdBy: 'COPY a / # buildkit' },
      { createdBy: 'RUN |1 API_TOKEN=abcdef /bin/sh -c rm /a # buildkit' },
      { createdBy: `LABEL l=${awsKey}`, isEmptyLayer: true },
    ],
    layers: [[{ name: 'a', content: `key = ${awsKey}\n` }], [{ name: '.wh.a' }]],
    config: {
      environment: ['PATH=/bin', `KEY=${awsKey}`, 'DB_PASSWORD=hunter22', 'TOKEN_FILE=/run/x'],
      labels: { l: awsKey },
    },
    finds: [
      {
        line: 2,
        says: /build argument "API_TOKEN" is in the history of the image, left by ARG in line 2/,
      },
      { line: 3, says: /Access key of AWS \(AKIA…\) is in the history/ },
      { line: 4, says: /variable "DB_PASSWORD" has a value that everyone/ },
      {
        line: 5,
        says: /is in file "\/a", removed or covered later, but still there, put there by COPY in line 5/,
      },
      { line: 6, says: /build argument "API_TOKEN"/ },
      { line: 7, says: /is in the history of the image, left by LABEL in line 7/ },
    ],
  },
  {
    name: 'no secret that the policy allows',
    policy: '  no-secrets: { allow-paths: ["/test/**"], allow-patterns: [secret-variable] }',
    dockerfile: 'FROM x\nENV A_TOKEN=abcdef\nCOPY a /test\n',
    history: [
      { createdBy: 'ENV A_TOKEN=abcdef', isEmptyLayer: true },
      { createdBy: 'COPY a /test # buildkit' },
    ],
    layers: [
      [
        { name: 'test/a', content: awsKey },
        { name: 'usr/lib/libgnutls.so.30', content: pem },
      ],
    ],
    config: { environment: ['A_TOKEN=abcdef'] },
    finds: [],
  },
  {
    name: 'ports that are not allowed',
    policy: '  allowed-ports: { ports: ["8000-8099", "53/udp"] }',
    dockerfile: 'FROM x\nEXPOSE 8080 22/tcp\n',
    history: [{ createdBy: 'EXPOSE [8080/tcp 22/tcp]', isEmptyLayer: true }],
    config: { exposedPorts: ['8080/tcp', '22/tcp', '53/udp', '8001/udp'] },
    finds: [
      { line: 1, says: /exposes port 8001\/udp/ },
      { line: 2, says: /exposes port 22\/tcp; the policy allows 8000-8099, 53\/udp/ },
    ],
  },
]

describe('judgeImage', () => {
  it.each(cases)('finds $name', async ({ finds, ...some }) => {
    const violations = await judge(some)
    expect(violations.map(({ place, message }) => ({ line: place?.line, message }))).toEqual(
      finds.map(({ line, says }) => ({ line, message: expect.stringMatching(says) })),
    )
    expect(JSON.stringify(violations)).not.toContain(awsKey)
    expect(JSON.stringify(violations)).not.toMatch(/hunter22|abcdef/)
    expect(violations.every(({ mode }) => mode === 'enforce')).toBe(true)
  })

  it('knows which rules are enforced, and puts them first', async () => {
    const policy =
      '  non-root: warn\n  pinned-bases: enforce\n  maximum-layers: { layers: 1, mode: warn }\n'
    const violations = await judge({ ...plain, policy })
    expect(violations.map(({ rule, mode }) => [rule, mode])).toEqual([
      ['pinned-bases', 'enforce'],
      ['non-root', 'warn'],
    ])
    const refusal = refusalOf(digest, 'policy.yml', violations)
    expect(refusal).toBeInstanceOf(GateError)
    expect(refusal?.message).toContain('- pinned-bases: Dockerfile:1: Base image')
    expect(refusal?.message).not.toContain('non-root')
    expect(refusalOf(digest, 'policy.yml', violations.slice(1))).toBeUndefined()
  })

  it('lets no image through whose layers it cannot read', async () => {
    const judged = judge({ ...plain, policy: '  no-setuid: warn', layers: [[{ name: '../x' }]] })
    await expect(judged).rejects.toThrow(GateError)
  })
})

function failureOf(text: string): string {
  try {
    parseImagePolicy(text, 'policy.yml')
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
  return ''
}

describe('parseImagePolicy', () => {
  it('takes the mode of the file for rules that have none', () => {
    const text = `mode: warn\n${head}  non-root: enforce\n  no-setuid: {}\n  base-age: { maximum: 90d }\n`
    expect(parseImagePolicy(text, 'policy.yml')).toEqual({
      'non-root': { mode: 'enforce', settings: {} },
      'no-setuid': { mode: 'warn', settings: {} },
      'base-age': { mode: 'warn', settings: { maximum: '90d' } },
    })
  })

  it('reports all problems at once, with their places', () => {
    const text = `${head}  pinned: enforce\n  non-root: yes\n  maximum-size: { size: big }\n  no-secrets: { allow-patterns: [aws] }\n  allowed-ports: { ports: [8080] }\n  allowed-bases: {}\n`
    const failure = failureOf(text)
    expect(failure).toContain('Image policy "policy.yml" is not usable')
    expect(failure).toContain(
      'line 3:3: "rules.pinned" is unknown; known here: allowed-bases, pinned-bases',
    )
    expect(failure).toContain('line 4:3: "rules.non-root": expected enforce or warn, got "yes"')
    expect(failure).toContain(
      'line 5:19: "rules.maximum-size.size": expected a size such as 200MB or 1.5GiB',
    )
    expect(failure).toContain('there is no pattern "aws"; known are oci-api-key')
    expect(failure).toContain('"rules.allowed-ports.ports[0]": expected a port such as "8080"')
    expect(failure).toContain('"rules.allowed-bases.images" is missing')
  })
})

describe('schema/image-policy.schema.json', () => {
  const published = new URL('../../../schema/image-policy.schema.json', import.meta.url)

  it('says what the validator says (after a change: npm run generate)', async () => {
    const schema: unknown = JSON.parse(await readFile(published, 'utf8'))
    expect(schema).toEqual(toJsonSchema(ImagePolicyFile))
    const validate = new Ajv({ strict: false }).compile(schema as object)
    const rules = { 'non-root': 'enforce', 'no-setuid': { mode: 'warn', allow: ['/x'] } }
    expect(validate({ schema: 'oke-pipeline/image-policy/v1', rules })).toBe(true)
    expect(validate({ schema: 'oke-pipeline/image-policy/v1', rules: { other: 'warn' } })).toBe(
      false,
    )
  })
})
