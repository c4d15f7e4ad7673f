import { describe, expect, it } from '@jest/globals'
import { ReportedError } from '@oke-pipeline/core'
import fc from 'fast-check'
import { judge, parseGatePolicy, parseWaivers, readVex, reevaluate } from '../../src/index.ts'
import { sampleFinding } from '../sample-finding.ts'
import { csaf, cyclonedx, openvex } from '../vex/sample-vex.ts'
import { sampleContext } from './sample-context.ts'

const policy = `schema: oke-pipeline/gate-policy/v1
vulnerabilities:
  - severity: high
    fixable: true
    grace: { since: fixed, days: { critical: 2, high: 14 } }
  - known-exploited: true
licences: { denied: [AGPL-3.0-only] }
limits: { medium: 20 }
waivers: { longest-days: 90, require: [expiry] }
`
const waivers = `schema: oke-pipeline/waivers/v1
waivers:
  - id: CVE-2026-0001
    package: { name: left-pad, version: '>=1 <2', purl: 'pkg:npm/left-pad' }
    reason: not reachable
    owner: team-a
    expires: 2026-12-31
    paths: ['app/**']
`
const grype = `ignore:
  - vulnerability: CVE-2026-0001
    package: { name: "left-.*", location: "/app/**" }
    fix-state: fixed
`
const trivy = `vulnerabilities:
  - id: CVE-2026-0001
    purls: ["pkg:npm/left-pad"]
    expired_at: 2026-12-31
`

/** A text with some of it cut out, doubled or replaced by what files are not made of. */
function broken(text: string): fc.Arbitrary<string> {
  const cut = fc.record({
    from: fc.nat(text.length),
    length: fc.nat(30),
    put: fc.oneof(
      fc.constantFrom(
        '',
        '{',
        '[',
        ']',
        ': ',
        '- ',
        '*a',
        '&a ',
        '!!js ',
        '\u0000',
        '\t',
        '"',
        '{}',
        'null',
        '~',
        '__proto__: 1',
        '0x',
        '.nan',
      ),
      fc.string({ maxLength: 5 }),
    ),
  })
  return fc
    .array(cut, { minLength: 1, maxLength: 4 })
    .map((cuts) =>
      cuts.reduce(
        (before, { from, length, put }) =>
          before.slice(0, from) + put + before.slice(from + length),
        text,
      ),
    )
}

const runs = { numRuns: 1500 }

/** Whatever the text is, it is read or refused in our own words. */
function isReadOrRefused(read: () => unknown): void {
  try {
    read()
  } catch (error) {
    expect(error).toBeInstanceOf(ReportedError)
  }
}

describe('broken files', () => {
  it.each([
    { name: 'policies', text: policy, read: (text: string) => parseGatePolicy(text, 'p.yml') },
    { name: 'waivers', text: waivers, read: (text: string) => parseWaivers(text, 'w.yml').waivers },
    {
      name: 'rules of Grype',
      text: grype,
      read: (text: string) => parseWaivers(text, '.grype.yaml').waivers,
    },
    {
      name: 'rules of Trivy',
      text: trivy,
      read: (text: string) => parseWaivers(text, '.trivyignore.yaml').waivers,
    },
    {
      name: 'identifiers of Trivy',
      text: 'CVE-1 exp:2026-01-01\n',
      read: (text: string) => parseWaivers(text, '.trivyignore').waivers,
    },
    ...[
      openvex({}),
      csaf({ product_status: { fixed: ['APP'] } }),
      cyclonedx({ state: 'resolved' }),
    ].map((document) => ({
      name: 'VEX documents',
      text: JSON.stringify(document),
      read: (text: string) => readVex(text, { kind: 'file', name: 'v.json' }),
    })),
  ])('$name are read, or refused in our own words', ({ text, read }) => {
    fc.assert(
      fc.property(broken(text), (changed) => isReadOrRefused(() => read(changed))),
      runs,
    )
  })

  it('that are any JSON at all are no VEX and no verdict', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (data) => {
        isReadOrRefused(() => readVex(JSON.stringify(data), { kind: 'file', name: 'v.json' }))
        expect(() => reevaluate(data, { ...sampleContext(), longestDays: 1 })).toThrow(
          ReportedError,
        )
      }),
      runs,
    )
  })

  it('of waivers that can be read can be judged by', () => {
    fc.assert(
      fc.property(fc.oneof(broken(waivers), broken(grype), broken(trivy)), (changed) => {
        for (const file of ['w.yml', '.grype.yaml', '.trivyignore.yaml', '.trivyignore']) {
          isReadOrRefused(() =>
            judge(
              [sampleFinding()],
              sampleContext({ waivers: parseWaivers(changed, file).waivers }),
            ),
          )
        }
      }),
      runs,
    )
  })
})
