import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import Ajv from 'ajv'
import { parse } from 'yaml'
import { defaultGatePolicy, parseGatePolicy, vulnerabilityRule } from '../../src/index.ts'

const file = '.github/gate-policy.yml'

function policyText(...lines: readonly string[]): string {
  return ['schema: oke-pipeline/gate-policy/v1', ...lines].join('\n')
}

function schemaOf(name: string): object {
  const url = new URL(`../../../../schema/${name}.schema.json`, import.meta.url)
  const schema: unknown = JSON.parse(readFileSync(url, 'utf8'))
  return typeof schema === 'object' && schema !== null ? schema : {}
}

function problemsOf(text: string): readonly string[] {
  try {
    parseGatePolicy(text, file)
  } catch (error) {
    return String(error)
      .split('\n')
      .filter((line) => line.startsWith('  - '))
      .map((line) => line.slice(4).trimEnd())
  }
  return []
}

const whole = policyText(
  'mode: warn',
  'vulnerabilities:',
  '  - severity: medium',
  '    fixable: true',
  '    unrated: false',
  '    package-types: [npm, go-module]',
  '    grace: { since: published, days: { critical: 1, high: 7, medium: 30 } }',
  '  - epss: 0.2',
  '  - known-exploited: true',
  'secrets: false',
  'misconfigurations: high',
  'licences: { denied: [AGPL-3.0-only] }',
  'limits: { low: 100 }',
  'waivers: { longest-days: 90, soon-days: 7, require: [expiry, owner] }',
  'vex: { trusted-authors: [security@example.com], allow-unsigned: true }',
  'baseline: { unusable: refuse }',
)

describe('parseGatePolicy', () => {
  it('takes what is not said from the default', () => {
    expect(parseGatePolicy(policyText(), file)).toEqual(defaultGatePolicy)
  })

  it('reads everything', () => {
    expect(parseGatePolicy(whole, file)).toEqual({
      mode: 'warn',
      vulnerabilities: [
        vulnerabilityRule({
          severity: 'medium',
          fixable: true,
          unrated: false,
          packageTypes: ['npm', 'golang'],
          grace: { since: 'published', days: { critical: 1, high: 7, medium: 30 } },
        }),
        vulnerabilityRule({ epss: 0.2 }),
        vulnerabilityRule({ knownExploited: true }),
      ],
      secrets: false,
      misconfigurations: 'high',
      licences: { allowed: undefined, denied: ['AGPL-3.0-only'] },
      limits: { low: 100 },
      waivers: { longestDays: 90, soonDays: 7, require: ['expiry', 'owner'] },
      vex: { trustedAuthors: ['security@example.com'], allowUnsigned: true },
      baseline: { gate: 'new', unusable: 'refuse' },
    })
  })

  it('is described by its JSON Schema', () => {
    const validate = new Ajv.default({ strict: false }).compile(schemaOf('gate-policy'))
    expect(validate(parse(whole))).toBe(true)
    expect(validate(parse(policyText('limits: { low: -1 }')))).toBe(false)
    expect(validate(parse(policyText('vulnerabilites: []')))).toBe(false)
  })

  it.each<{ name: string; lines: readonly string[]; problem: RegExp }>([
    {
      name: 'a key that is written wrongly',
      lines: ['vulnerabilities:', '  - severty: high'],
      problem:
        /^line 3:5: "vulnerabilities\[0\].severty" is unknown; did you mean "severity"\? Known here:/,
    },
    {
      name: 'an unknown key',
      lines: ['severty: high'],
      problem: /^line 2:1: "severty" is unknown; known here: schema, mode/,
    },
    {
      name: 'a severity that is none',
      lines: ['misconfigurations: bad'],
      problem: /^line 2:1: "misconfigurations": expected critical, high/,
    },
    {
      name: 'a probability above 1',
      lines: ['vulnerabilities:', '  - epss: 20'],
      problem: /^line 3:5: "vulnerabilities\[0\].epss": expected a probability/,
    },
    {
      name: 'days that are no number',
      lines: ['waivers: { longest-days: long }'],
      problem: /expected a whole number from 1 to 3650, got "long"/,
    },
    {
      name: 'an unknown mode',
      lines: ['mode: off'],
      problem: /expected enforce, warn or continue, got "off"/,
    },
    {
      name: 'a rule without condition',
      lines: ['vulnerabilities:', '  - fixable: false'],
      problem: /"vulnerabilities\[0\]": it has no condition/,
    },
    {
      name: '"unrated" without severity',
      lines: ['vulnerabilities: [{ epss: 0.1, unrated: true }]'],
      problem: /unrated": it says nothing without "severity"/,
    },
    {
      name: 'grace below the cutoff',
      lines: ['vulnerabilities: [{ severity: high, grace: { days: { low: 9 } } }]'],
      problem: /days.low": the rule is for high or worse, so that this is never used/,
    },
    {
      name: 'more time for what is worse',
      lines: ['vulnerabilities: [{ severity: high, grace: { days: { critical: 9, high: 3 } } }]'],
      problem: /days.critical": 9 days are more than the 3 of "high"/,
    },
    {
      name: 'a licence allowed and denied',
      lines: ['licences: { allowed: [MIT], denied: [mit] }'],
      problem: /"licences.denied\[0\]": "mit" is allowed and denied/,
    },
    {
      name: 'a limit that a rule makes meaningless',
      lines: ['vulnerabilities: [{ severity: medium }]', 'limits: { medium: 3 }'],
      problem: /"limits.medium": 3 are allowed, but vulnerabilities\[0\] closes the gate at each/,
    },
    {
      name: 'all waivers always expiring soon',
      lines: ['waivers: { longest-days: 10, soon-days: 10 }'],
      problem: /"waivers.soon-days": 10 days are not less/,
    },
    {
      name: 'nothing that closes the gate',
      lines: ['vulnerabilities: []', 'secrets: false'],
      problem: /"vulnerabilities": nothing would close this gate/,
    },
  ])('refuses $name', ({ lines, problem }) => {
    expect(problemsOf(policyText(...lines))).toEqual([expect.stringMatching(problem)])
  })

  it('lists all problems, contradictions too, with their places', () => {
    const text = policyText(
      'secret: true',
      'vulnerabilities:',
      '  - {}',
      '  - epss: 2',
      'licences: { allowed: [MIT], denied: [MIT] }',
    )
    expect(problemsOf(text).map((problem) => problem.split(': ')[0])).toEqual([
      'line 2:1',
      'line 4:5',
      'line 5:5',
      'line 6:38',
    ])
  })

  it.each([
    { name: 'nothing', text: '' },
    { name: 'a list', text: '[]' },
    { name: 'no YAML', text: 'a: [' },
    { name: 'a version that is not known', text: 'schema: oke-pipeline/gate-policy/v2' },
  ])('refuses $name', ({ text }) => {
    expect(() => parseGatePolicy(text, file)).toThrow(`Gate policy "${file}" is not usable`)
  })
})
