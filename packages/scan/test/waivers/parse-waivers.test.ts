import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import Ajv from 'ajv'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'
import { checkWaivers, defaultGatePolicy, parseWaivers, waiverFormatOf } from '../../src/index.ts'
import { answered, waiversOf } from '../gate/sample-context.ts'

const file = '.github/waivers.yml'
const now = new Date('2026-11-25T12:00:00Z')

function text(...entries: readonly string[]): string {
  const lines = entries.map((entry) => `  - ${entry}`)
  return ['schema: oke-pipeline/waivers/v1', 'waivers:', ...lines].join('\n')
}

function schemaOf(name: string): object {
  const url = new URL(`../../../../schema/${name}.schema.json`, import.meta.url)
  const schema: unknown = JSON.parse(readFileSync(url, 'utf8'))
  return typeof schema === 'object' && schema !== null ? schema : {}
}

function problemsOf(content: string, name = file): readonly string[] {
  try {
    parseWaivers(content, name)
  } catch (error) {
    return String(error)
      .split('\n')
      .filter((line) => line.startsWith('  - '))
      .map((line) => line.slice(4).trimEnd())
  }
  return []
}

describe('parseWaivers, in our own format', () => {
  const whole = `{ ids: [CVE-2026-1, GHSA-aaaa], kind: vulnerability, package: { name: left-pad, version: '>=1 <2', type: npm, purl: 'pkg:npm/left-pad' }, ${answered}, digests: ['sha256:${'a'.repeat(64)}'], paths: ['app/**'], platforms: [linux/arm64] }`

  it('reads everything', () => {
    expect(parseWaivers(text(`{ id: A, ${answered} }`, whole), file)).toMatchObject({
      format: 'waivers',
      notes: [],
      waivers: [
        { ids: ['A'], origin: { file, line: 3 } },
        {
          ids: ['CVE-2026-1', 'GHSA-aaaa'],
          matchesAliases: true,
          kinds: ['vulnerability'],
          package: {
            name: 'left-pad',
            version: '>=1 <2',
            type: 'npm',
            purls: ['pkg:npm/left-pad'],
          },
          reason: 'not reachable',
          owner: 'team-a',
          expires: new Date('2027-01-01T00:00:00Z'),
          scope: {
            digests: [`sha256:${'a'.repeat(64)}`],
            paths: ['app/**'],
            platforms: ['linux/arm64'],
          },
          origin: { file, line: 4, format: 'waivers' },
          lacks: [],
        },
      ],
    })
  })

  it('is described by its JSON Schema', () => {
    const validate = addFormats
      .default(new Ajv.default({ strict: false }))
      .compile(schemaOf('waivers'))
    expect(validate(parse(text(whole)))).toBe(true)
    expect(validate(parse(text('{ id: A, owner: me, expires: 2026-12-31 }')))).toBe(false)
  })

  it.each<{ name: string; entry: string; problem: string }>([
    {
      name: 'no expiry',
      entry: '{ id: A, reason: r, owner: o }',
      problem: 'line 3:5: "waivers[0].expires" is missing.',
    },
    {
      name: 'no owner',
      entry: '{ id: A, reason: r, expires: 2026-12-31 }',
      problem: 'line 3:5: "waivers[0].owner" is missing.',
    },
    {
      name: 'no reason',
      entry: '{ id: A, owner: o, expires: 2026-12-31 }',
      problem: 'line 3:5: "waivers[0].reason" is missing.',
    },
    {
      name: 'an empty reason',
      entry: "{ id: A, owner: o, reason: ' ', expires: 2026-12-31 }",
      problem: 'line 3:24: "waivers[0].reason": expected a reason, got " ".',
    },
    {
      name: 'a date that is none',
      entry: '{ id: A, reason: r, owner: o, expires: 2026-02-30 }',
      problem:
        'line 3:35: "waivers[0].expires": expected a date such as 2026-12-31, got "2026-02-30".',
    },
    {
      name: 'a date in words',
      entry: '{ id: A, reason: r, owner: o, expires: never }',
      problem: 'line 3:35: "waivers[0].expires": expected a date such as 2026-12-31, got "never".',
    },
    {
      name: 'no identifier',
      entry: `{ ${answered} }`,
      problem: 'line 3:5: "waivers[0]": "id" or "ids" is missing.',
    },
    {
      name: 'identifiers twice',
      entry: `{ id: A, ids: [B], ${answered} }`,
      problem: 'line 3:5: "waivers[0]": it has both "id" and "ids".',
    },
    {
      name: 'a range that is none',
      entry: `{ id: A, package: { version: '>=1 2' }, ${answered} }`,
      problem:
        'line 3:25: "waivers[0].package.version": expected a version such as 1.2.5 or a range such as ">=1.2 <1.4", got ">=1 2".',
    },
    {
      name: 'a package URL that is none',
      entry: `{ id: A, package: { purl: 'npm/left-pad' }, ${answered} }`,
      problem:
        'line 3:25: "waivers[0].package.purl": expected a package URL such as pkg:npm/minimist@1.2.5, got "npm/left-pad".',
    },
    {
      name: 'an empty package',
      entry: `{ id: A, package: {}, ${answered} }`,
      problem:
        'line 3:14: "waivers[0].package": expected at least one of "name", "version", "type" and "purl", got {}.',
    },
  ])('refuses $name', ({ entry, problem }) => {
    expect(problemsOf(text(entry))).toEqual([problem])
  })

  it('lists all problems', () => {
    expect(problemsOf(text('{ id: A }', '{ id: B, expire: 2026-12-31 }'))).toHaveLength(7)
  })
})

describe('parseWaivers, of a .trivyignore', () => {
  const content = '# accepted\nCVE-2026-1\n\n  CVE-2026-2 exp:2026-12-31\nAVD-DS-0002 as agreed\n'

  it('reads identifiers and dates, and says what they lack', () => {
    const { format, waivers } = parseWaivers(content, '.trivyignore')
    expect(format).toBe('trivyignore')
    expect(waivers).toMatchObject([
      {
        ids: ['CVE-2026-1'],
        expires: undefined,
        lacks: ['expiry', 'owner', 'reason'],
        origin: { line: 2 },
      },
      {
        ids: ['CVE-2026-2'],
        expires: new Date('2026-12-31T00:00:00Z'),
        lacks: ['owner', 'reason'],
        origin: { line: 4 },
      },
      { ids: ['AVD-DS-0002'], origin: { line: 5 } },
    ])
  })

  it('refuses dates that are none, all at once', () => {
    expect(problemsOf('A exp:soon\nB exp:2026-13-01\n', 'x/.trivyignore')).toEqual([
      'line 1: expected a date such as 2026-12-31, got "soon".',
      'line 2: expected a date such as 2026-12-31, got "2026-13-01".',
    ])
  })
})

describe('parseWaivers, of a .trivyignore.yaml', () => {
  it('reads all sections', () => {
    const content = [
      'vulnerabilities:',
      '  - id: CVE-2026-1',
      '    paths: ["usr/**"]',
      '    purls: ["pkg:deb/debian/openssl"]',
      '    expired_at: 2026-12-31',
      '    statement: not reachable',
      'secrets:',
      '  - id: aws-access-key-id',
      'licenses:',
      '  - id: GPL-3.0-only',
      'misconfigurations:',
      '  - id: AVD-DS-0002',
    ].join('\n')
    expect(parseWaivers(content, '.trivyignore.yaml').waivers).toMatchObject([
      {
        ids: ['CVE-2026-1'],
        kinds: ['vulnerability'],
        package: { purls: ['pkg:deb/debian/openssl'] },
        scope: { paths: ['usr/**'] },
        reason: 'not reachable',
        expires: new Date('2026-12-31T00:00:00Z'),
        origin: { line: 2 },
        lacks: ['owner'],
      },
      { ids: ['AVD-DS-0002'], kinds: ['misconfiguration'], origin: { line: 12 } },
      { ids: ['aws-access-key-id'], kinds: ['secret'], lacks: ['expiry', 'owner', 'reason'] },
      { ids: ['GPL-3.0-only'], kinds: ['licence'] },
    ])
  })

  it('refuses what it does not know', () => {
    expect(
      problemsOf('vulnerabilities: [{ id: A, expires: 2026-12-31 }]', '.trivyignore.yaml'),
    ).toEqual([expect.stringContaining('"vulnerabilities[0].expires" is unknown')])
  })
})

describe('parseWaivers, of a .grype.yaml', () => {
  it('reads the rules as Grype does', () => {
    const content = [
      'output: json',
      'ignore:',
      '  - vulnerability: CVE-2026-1',
      '    include-aliases: true',
      '    reason: not reachable',
      '  - package: { name: "linux-.*", type: go-module, location: "/usr/**" }',
      '    fix-state: wont-fix',
    ].join('\n')
    expect(parseWaivers(content, '.grype.yaml').waivers).toMatchObject([
      {
        ids: ['CVE-2026-1'],
        matchesAliases: true,
        lacks: ['expiry', 'owner'],
        origin: { line: 3 },
      },
      {
        ids: [],
        matchesAliases: false,
        kinds: ['vulnerability'],
        fixState: 'wont-fix',
        package: { name: undefined, namePattern: /^(?:linux-.*)$/u, type: 'golang' },
        scope: { paths: ['/usr/**'] },
        origin: { line: 6 },
      },
    ])
  })

  it.each([
    {
      name: 'a namespace',
      rule: '{ vulnerability: A, namespace: "debian:12" }',
      note: 'findings do not keep what namespace asks for',
    },
    {
      name: 'an upstream name',
      rule: '{ package: { upstream-name: x } }',
      note: 'findings do not keep what package.upstream-name asks for',
    },
    {
      name: 'a VEX status',
      rule: '{ vex-status: fixed }',
      note: 'findings do not keep what vex-status asks for',
    },
    { name: 'an unknown state', rule: '{ fix-state: later }', note: 'fix-state "later" is none' },
    { name: 'no condition', rule: '{ reason: because }', note: 'it has no condition' },
  ])('waives nothing for $name, and says so', ({ rule, note }) => {
    const { waivers, notes } = parseWaivers(`ignore:\n  - ${rule}`, 'conf/.grype.yaml')
    expect(waivers).toEqual([])
    expect(notes).toEqual([`Line 2 waives nothing: ${note}.`])
  })

  it('takes a pattern that is none for one that fits nothing', () => {
    const { waivers } = parseWaivers('ignore: [{ package: { name: "a(" } }]', '.grype.yaml')
    expect(waivers[0]?.package?.namePattern?.test('a(')).toBe(false)
  })
})

describe('waiverFormatOf', () => {
  it.each([
    { file: '.github/waivers.yml', format: 'waivers' },
    { file: 'a/.trivyignore', format: 'trivyignore' },
    { file: '.trivyignore.yml', format: 'trivyignore-yaml' },
    { file: '.grype.yaml', format: 'grype' },
    { file: 'grype.yml', format: 'grype' },
  ])('$file: $format', ({ file: name, format }) => {
    expect(waiverFormatOf(name)).toBe(format)
  })
})

describe('checkWaivers', () => {
  const rule = { ...defaultGatePolicy.waivers, longestDays: 90 }

  it('accepts what the policy allows, and what has expired', () => {
    const waivers = waiversOf(
      '{ id: A, reason: r, owner: o, expires: 2027-02-23 }',
      '{ id: B, reason: r, owner: o, expires: 2020-01-01 }',
    )
    expect(() => checkWaivers(waivers, rule, now)).not.toThrow()
  })

  it('refuses all that are too long', () => {
    const waivers = waiversOf(
      '{ id: A, reason: r, owner: o, expires: 2027-02-24 }',
      '{ id: B, reason: r, owner: o, expires: 2099-12-31 }',
    )
    const reason = 'It expires more than 90 days from now, which is longer than the policy allows.'
    expect(() => checkWaivers(waivers, rule, now)).toThrow(
      `2 waivers are against the policy: \n  - ${file}:3 (A): ${reason}\n  - ${file}:4 (B): ${reason}`,
    )
  })

  it('refuses what lacks facts that the policy requires', () => {
    const { waivers } = parseWaivers('CVE-2026-1\nCVE-2026-2 exp:2026-12-31', '.trivyignore')
    expect(() => checkWaivers(waivers, { ...rule, require: ['expiry'] }, now)).toThrow(
      'A waiver is against the policy: \n  - .trivyignore:1 (CVE-2026-1): It lacks an expiry date, which the policy requires.',
    )
  })
})
