import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  baselineOf,
  defaultGatePolicy,
  findingKinds,
  findingOf,
  judge,
  severities,
} from '../../src/index.ts'
import type { Finding, JudgeContext, Judgement, RatedSeverity, Waiver } from '../../src/index.ts'
import { sampleContext } from './sample-context.ts'

const ids = ['CVE-1', 'CVE-2', 'CVE-3', 'GHSA-1', 'GHSA-2']
const day = 86_400_000
const now = new Date('2026-11-25T12:00:00Z')
const names = ['a', 'b', 'c']
const platforms = ['linux/amd64', 'linux/arm64']

const date = fc.integer({ min: -60, max: 60 }).map((days) => new Date(now.getTime() + days * day))

const finding: fc.Arbitrary<Finding> = fc
  .record({
    kind: fc.constantFrom(...findingKinds),
    id: fc.constantFrom(...ids),
    aliases: fc.subarray(ids),
    severity: fc.constantFrom(...severities),
    isFixed: fc.boolean(),
    isKnownExploited: fc.boolean(),
    publishedAt: fc.option(date, { nil: undefined }),
    platforms: fc.subarray(platforms),
    package: fc.record({
      name: fc.constantFrom(...names),
      version: fc.constantFrom('1.0', '2.0'),
      type: fc.constantFrom('npm', 'deb'),
      purl: fc.constantFrom(undefined, 'pkg:npm/a@1.0', 'pkg:npm/b@2.0'),
      path: fc.constantFrom(undefined, '/app/a', '/usr/b'),
    }),
  })
  .map((known) => findingOf(known))

const waiver: fc.Arbitrary<Waiver> = fc.record({
  ids: fc.subarray(ids),
  matchesAliases: fc.boolean(),
  kinds: fc.constantFrom([], ['vulnerability' as const]),
  package: fc.option(
    fc.record({
      name: fc.constantFrom(undefined, ...names),
      namePattern: fc.constantFrom(undefined, /^[ab]$/),
      version: fc.constantFrom(undefined, '1.0', '>=1.5'),
      type: fc.constantFrom(undefined, 'npm'),
      purls: fc.constantFrom([], ['pkg:npm/a']),
    }),
    { nil: undefined },
  ),
  fixState: fc.constantFrom(undefined, 'fixed' as const),
  reason: fc.constantFrom(undefined, 'because'),
  owner: fc.constantFrom(undefined, 'team-a'),
  expires: fc.option(date, { nil: undefined }),
  scope: fc.record({
    digests: fc.constant([]),
    paths: fc.constantFrom([], ['app/**']),
    platforms: fc.subarray(platforms),
  }),
  origin: fc.record({
    file: fc.constantFrom('a.yml', 'b.yml'),
    line: fc.integer({ min: 1, max: 9 }),
    format: fc.constant('waivers' as const),
  }),
  lacks: fc.constant([]),
})

const cutoffs: readonly RatedSeverity[] = ['negligible', 'low', 'medium', 'high', 'critical']

function contextOf(
  cutoff: RatedSeverity,
  waivers: readonly Waiver[],
  limit?: number,
): JudgeContext {
  return sampleContext({
    policy: {
      ...defaultGatePolicy,
      limits: limit === undefined ? {} : { low: limit, high: limit },
    },
    rules: [
      { severity: cutoff, fixable: true, grace: { since: 'published', days: { high: 20 } } },
      { knownExploited: true },
    ],
    waivers,
  })
}

const limit = fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined })
const findings = fc.array(finding, { maxLength: 20 })
const waivers = fc.array(waiver, { maxLength: 8 })

function onlyIn(some: ReadonlySet<Finding>, others: ReadonlySet<Finding>): readonly Finding[] {
  return [...some].filter((one) => !others.has(one))
}

function blockedBy(judgement: Judgement): ReadonlySet<Finding> {
  return new Set(judgement.blocking.map(({ finding: blocked }) => blocked))
}

describe('judge, whatever is found', () => {
  it('does not block more for a waiver more', () => {
    fc.assert(
      fc.property(findings, waivers, waiver, limit, (found, some, more, most) => {
        const before = blockedBy(judge(found, contextOf('medium', some, most)))
        const after = blockedBy(judge(found, contextOf('medium', [...some, more], most)))
        expect(onlyIn(after, before)).toEqual([])
      }),
    )
  })

  it('does not block more at a higher cutoff', () => {
    fc.assert(
      fc.property(findings, waivers, fc.nat(3), limit, (found, some, low, most) => {
        const [lower = 'low', higher = 'high'] = cutoffs.slice(low)
        const before = blockedBy(judge(found, contextOf(lower, some, most)))
        const after = blockedBy(judge(found, contextOf(higher, some, most)))
        expect(onlyIn(after, before)).toEqual([])
      }),
    )
  })

  it('takes an expired waiver for none', () => {
    fc.assert(
      fc.property(findings, waivers, (found, some) => {
        const valid = some.filter(({ expires }) => expires === undefined || expires > now)
        const all = judge(found, contextOf('low', some))
        const without = judge(found, contextOf('low', valid))
        expect(all.findings.map(({ decision }) => decision)).toEqual(
          without.findings.map(({ decision }) => decision),
        )
        expect(all.waivers.expired).toHaveLength(some.length - valid.length)
      }),
    )
  })

  it('does not block more for a baseline, and nothing that is in it', () => {
    fc.assert(
      fc.property(findings, findings, (found, before) => {
        const context = contextOf('low', [])
        const baseline = baselineOf(before, 'before')
        const blocked = blockedBy(judge(found, { ...context, baseline }))
        expect(onlyIn(blocked, blockedBy(judge(found, context)))).toEqual([])
        expect(judge(before, { ...context, baseline }).verdict).toBe('pass')
      }),
    )
  })

  it('does not depend on the order of anything', () => {
    fc.assert(
      fc.property(findings, waivers, limit, (found, some, most) => {
        const one = judge(found, contextOf('low', some, most))
        const other = judge(found.toReversed(), contextOf('low', some.toReversed(), most))
        expect(other.findings.toReversed().map(({ decision: { outcome } }) => outcome)).toEqual(
          one.findings.map(({ decision: { outcome } }) => outcome),
        )
        expect(other.counts).toEqual(one.counts)
        expect(new Set(other.waivers.unused)).toEqual(new Set(one.waivers.unused))
      }),
    )
  })

  it('finds by the index what going through all waivers finds', () => {
    fc.assert(
      fc.property(findings, waivers, (found, some) => {
        const valid = some.filter(({ expires }) => expires === undefined || expires > now)
        const judged = judge(found, contextOf('low', some))
        expect(judged.findings.map(({ decision }) => decision.outcome === 'waived')).toEqual(
          found.map((one) => valid.some((each) => isCovered(one, each))),
        )
        expect(new Set(judged.waivers.used.map((use) => use.waiver))).toEqual(
          new Set(valid.filter((each) => found.some((one) => isCovered(one, each)))),
        )
      }),
    )
  })
})

/** What a waiver covers, said once more and without any index. */
function isCovered(
  found: Finding,
  { ids: wanted, kinds, matchesAliases, ...rest }: Waiver,
): boolean {
  const has = matchesAliases ? [found.id, ...found.aliases] : [found.id]
  const at = found.platforms.length > 0 ? found.platforms : platforms
  const inScope = rest.scope.platforms
  return [
    wanted.length === 0 || wanted.some((id) => has.includes(id)),
    kinds.length === 0 || kinds.includes(found.kind),
    rest.fixState === undefined || found.isFixed,
    inScope.length === 0 || at.every((platform) => inScope.includes(platform)),
    rest.scope.paths.length === 0 || found.package?.path === '/app/a',
    isPackage(found, rest.package),
  ].every(Boolean)
}

function isPackage({ package: found }: Finding, wanted: Waiver['package']): boolean {
  if (found === undefined || wanted === undefined) return wanted === undefined
  return [
    [undefined, found.name].includes(wanted.name),
    wanted.namePattern?.test(found.name) !== false,
    [undefined, found.type].includes(wanted.type),
    [undefined, found.version, ...(found.version === '2.0' ? ['>=1.5'] : [])].includes(
      wanted.version,
    ),
    wanted.purls.length === 0 || found.purl === 'pkg:npm/a@1.0',
  ].every(Boolean)
}
