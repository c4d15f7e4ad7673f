import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  describeBases,
  digestOf,
  findBases,
  imageMaterials,
  layerEntries,
  originsOf,
  parseDockerfile,
  stageChain,
  targetStage,
} from '../src/index.ts'
import type { BuildQuestion, HistoryEntry } from '../src/index.ts'

const amd64 = { platform: 'linux/amd64' }
const digest = digestOf('a base')
const other = digestOf('another base')

function basesOf(text: string, question: Partial<BuildQuestion> = {}): readonly unknown[] {
  return findBases(parseDockerfile(text), { ...amd64, ...question }).map(
    ({ image, role, line }) => `${line} ${role} ${image ?? '?'}`,
  )
}

const whole = `# syntax=docker/dockerfile:1.7
# check=skip=all
ARG BASE=alpine
ARG VERSION="3.20"
ARG FULL=\${BASE}:\${VERSION:-3.19}
from --platform=$BUILDPLATFORM golang:1.22 as Build
RUN <<EOT
FROM nothing
COPY --from=nothing /a /b
EOT
RUN --mount=type=bind,from=rust:1,target=/x \\
  # a remark
  --mount=type=cache,target=/y,from=tools \\

  make
FROM node:22 AS unused
FROM busybox AS tools
FROM \${FULL} AS base
FROM base
COPY --from=build /a /b
COPY --from=nginx:1.27@${digest} --chown=1:1 /c /d
COPY --from=0 /e /f
COPY <<-"ONE" <<TWO /d/
FROM nothing
ONE
TWO
USER 1
`

describe('findBases', () => {
  it('finds what the target needs, and nothing else', () => {
    expect(basesOf(whole)).toEqual([
      '1 frontend docker/dockerfile:1.7',
      '6 from golang:1.22',
      '11 mount rust:1',
      '17 from busybox',
      '18 from alpine:3.20',
      `21 copy nginx:1.27@${digest}`,
    ])
  })

  it('looks at the target that is built', () => {
    expect(basesOf(whole, { target: 'UNUSED' })).toEqual([
      '1 frontend docker/dockerfile:1.7',
      '16 from node:22',
    ])
    expect(basesOf(whole, { target: '2' })).toContain('17 from busybox')
    expect(basesOf(whole, { target: 'none' })).toEqual([])
  })

  it('takes build arguments and named contexts', () => {
    const buildArgs = { BASE: 'debian', VERSION: '', BUILDKIT_SYNTAX: 'mine/frontend' }
    const buildContexts = {
      'golang:1.22': `docker-image://golang@${digest}`,
      tools: './tools',
      'rust:1': 'docker-image://rust:2',
    }
    expect(basesOf(whole, { buildArgs, buildContexts })).toEqual([
      '1 frontend mine/frontend',
      `6 from golang@${digest}`,
      '11 mount rust:2',
      '18 from debian:3.19',
      `21 copy nginx:1.27@${digest}`,
    ])
  })

  const rows: readonly {
    readonly text: string
    readonly question?: Partial<BuildQuestion>
    readonly bases: readonly string[]
  }[] = [
    { text: 'FROM scratch\nCOPY a /', bases: [] },
    { text: 'FROM "alpine:3"', bases: ['1 from alpine:3'] },
    { text: 'ARG A=x\nFROM alpine:${A:+y}', bases: ['2 from alpine:y'] },
    { text: 'FROM alpine:${A-3}', bases: ['1 from alpine:3'] },
    {
      text: 'ARG A\nFROM alpine:$A',
      question: { buildArgs: { A: '4' } },
      bases: ['2 from alpine:4'],
    },
    { text: 'ARG A=1 B=2\nFROM a:$A$B', bases: ['2 from a:12'] },
    { text: 'ARG A=1\nFROM a:${A#1}', bases: ['2 from ?'] },
    {
      text: 'FROM a AS b-amd64\nFROM c AS b-arm64\nFROM b-$TARGETARCH',
      question: { platform: 'linux/arm64' },
      bases: ['2 from c'],
    },
    { text: 'FROM a\r\nRUN <<X\r\nFROM b\r\nX\r\nFROM c\r\n', bases: ['5 from c'] },
    { text: '# escape=`\nFROM a\nRUN x `\n FROM b\n', bases: ['2 from a'] },
    { text: 'FROM alpine AS alpine\nFROM alpine', bases: ['1 from alpine'] },
    { text: '\ufeffFROM a', bases: ['1 from a'] },
  ]
  it.each(rows)('reads $text', ({ text, question, bases }) => {
    expect(basesOf(text, question)).toEqual(bases)
  })

  it('makes something of any text', () => {
    const word = fc.constantFrom(
      'FROM ',
      'ARG ',
      'COPY --from=',
      'a',
      '$',
      '{',
      '}',
      '\n',
      '\\',
      '<<E',
      '"',
      '0',
      ' AS ',
    )
    fc.assert(
      fc.property(fc.array(word), (words) => {
        expect(Array.isArray(basesOf(words.join('')))).toBe(true)
      }),
    )
  })
})

describe('parseDockerfile', () => {
  it('knows the lines of stages and instructions', () => {
    const { stages } = parseDockerfile(whole)
    expect(stages.map(({ name, line }) => [name, line])).toEqual([
      ['Build', 6],
      ['unused', 16],
      ['tools', 17],
      ['base', 18],
      [undefined, 19],
    ])
    expect(
      stages[0]?.instructions.map(({ keyword, firstLine, lastLine }) => [
        keyword,
        firstLine,
        lastLine,
      ]),
    ).toEqual([
      ['RUN', 7, 10],
      ['RUN', 11, 15],
    ])
    expect(targetStage(parseDockerfile(whole), undefined)?.line).toBe(19)
    expect(stageChain(parseDockerfile(whole), amd64).map(({ line }) => line)).toEqual([18, 19])
  })
})

const statement = (predicate: object): object => ({
  _type: 'https://in-toto.io/Statement/v1',
  predicate,
})
const resources = [
  { uri: 'pkg:docker/golang@1.22?platform=linux%2Famd64', digest: { sha256: digest.slice(7) } },
  {
    uri: 'pkg:docker/127.0.0.1%3A5000/team/app@1?platform=linux%2Famd64',
    digest: { sha256: other.slice(7) },
  },
  { uri: 'https://github.com/octo/hello.git#main', digest: { sha1: 'f'.repeat(40) } },
  { uri: 'pkg:docker/broken@1', digest: {} },
]

describe('imageMaterials', () => {
  const materials = [
    {
      repository: 'docker.io/library/golang',
      tag: '1.22',
      digest,
      isPinned: false,
      platform: 'linux/amd64',
    },
    {
      repository: '127.0.0.1:5000/team/app',
      tag: '1',
      digest: other,
      isPinned: false,
      platform: 'linux/amd64',
    },
  ]

  it('reads both versions of the provenance', () => {
    expect(imageMaterials({ materials: resources })).toEqual(materials)
    const v1 = { buildDefinition: { resolvedDependencies: resources } }
    expect(imageMaterials(v1)).toEqual(materials)
    expect(imageMaterials(statement(v1))).toEqual(materials)
  })

  it('tells no provenance from one without images', () => {
    expect(imageMaterials({})).toBeUndefined()
    expect(imageMaterials('no')).toBeUndefined()
    expect(imageMaterials({ materials: [] })).toEqual([])
  })
})

describe('describeBases', () => {
  const file = parseDockerfile(
    `FROM golang:1.22 AS build\nFROM alpine@${digest}\nCOPY --from=build a b\n`,
  )

  it('puts together what the Dockerfile says and what the builder did', () => {
    const materials = [
      {
        repository: 'docker.io/library/golang',
        tag: '1.22',
        digest: other,
        isPinned: false,
        platform: undefined,
      },
      {
        repository: 'docker.io/library/alpine',
        tag: undefined,
        digest,
        isPinned: false,
        platform: undefined,
      },
      {
        repository: 'docker.io/library/hidden',
        tag: '1',
        digest: digestOf('h'),
        isPinned: false,
        platform: undefined,
      },
      {
        repository: 'docker.io/docker/buildkit-syft-scanner',
        tag: 'stable-1',
        digest: digestOf('s'),
        isPinned: false,
        platform: undefined,
      },
    ]
    expect(describeBases(file, amd64, materials)).toMatchObject([
      {
        name: 'docker.io/library/golang:1.22',
        digest: other,
        isPinned: false,
        line: 1,
        isRoot: false,
        isConfirmed: true,
      },
      {
        name: 'docker.io/library/alpine',
        digest,
        isPinned: true,
        line: 2,
        isRoot: true,
        isConfirmed: true,
      },
      { name: 'docker.io/library/hidden:1', isPinned: false, line: undefined, role: 'from' },
      { role: 'tool' },
    ])
  })

  it('takes the builder’s word where there is no Dockerfile', () => {
    const sha256 = digest.slice(7)
    const materials = imageMaterials({
      materials: [
        { uri: `pkg:docker/alpine@3?digest=${digest}&platform=linux%2Famd64`, digest: { sha256 } },
        { uri: 'pkg:docker/docker/dockerfile@1', digest: { sha256: other.slice(7) } },
      ],
    })
    expect(describeBases(undefined, amd64, materials)).toMatchObject([
      { name: 'docker.io/library/alpine:3', digest, isPinned: true, role: 'from', line: undefined },
      { name: 'docker.io/docker/dockerfile:1', role: 'frontend' },
    ])
  })

  it('knows less without the builder’s word', () => {
    expect(describeBases(file, amd64, undefined)).toMatchObject([
      { name: 'docker.io/library/golang:1.22', digest: undefined, isConfirmed: undefined },
      { digest, isConfirmed: undefined },
    ])
  })

  it('says what the builder does not confirm', () => {
    expect(describeBases(file, amd64, [])).toMatchObject([
      { isConfirmed: false },
      { isConfirmed: false },
    ])
  })
})

describe('originsOf', () => {
  const entry = (createdBy: string, isEmptyLayer = false): HistoryEntry => ({
    createdBy,
    created: undefined,
    comment: '',
    isEmptyLayer,
  })
  const file = parseDockerfile(
    'FROM x AS a\nENV A=1\nRUN make \\\n  all\nFROM a\nCOPY b /\nUSER 1\n',
  )
  const base = [entry('/bin/sh -c #(nop) ADD file:1 in / '), entry('CMD ["sh"]', true)]
  const own = [
    entry('ENV A=1', true),
    entry('RUN |1 X=1 /bin/sh -c make all # buildkit'),
    entry('COPY b / # buildkit'),
    entry('USER 1', true),
  ]

  it('finds the instruction of each entry, and what the base brought', () => {
    const lines = originsOf([...base, ...own], file, amd64).map((origin) =>
      origin.kind === 'instruction' ? origin.instruction.firstLine : origin,
    )
    const fromBase = { kind: 'base', line: 1 }
    expect(lines).toEqual([fromBase, fromBase, 2, 3, 6, 7])
    expect(layerEntries([...base, ...own])).toEqual([0, 3, 4])
  })

  it('reads the history that buildah writes', () => {
    const history = [
      ...base,
      entry('/bin/sh -c #(nop) ENV A=1', true),
      entry('/bin/sh -c make all'),
      entry('/bin/sh -c #(nop) COPY file:2 in /'),
      entry('/bin/sh -c #(nop) USER 1', true),
      // Of labels that are given beside the Dockerfile.
      entry('/bin/sh -c #(nop) LABEL "a"="b"', true),
      entry('/bin/sh -c #(nop) LABEL "c"="d"', true),
    ]
    const kinds = originsOf(history, file, amd64).map(({ kind }) => kind)
    const own = Array.from({ length: 4 }, () => 'instruction')
    expect(kinds).toEqual(['base', 'base', ...own, 'unknown', 'unknown'])
  })

  it('says no more than it knows where the history has something else', () => {
    const kinds = originsOf([...base, entry('RUN other'), ...own.slice(1)], file, amd64)
    expect(kinds.map(({ kind }) => kind)).toEqual([
      ...Array.from({ length: 3 }, () => 'unknown'),
      ...Array.from({ length: 3 }, () => 'instruction'),
    ])
    expect(originsOf(own, undefined, amd64)[0]).toEqual({ kind: 'unknown' })
  })
})
