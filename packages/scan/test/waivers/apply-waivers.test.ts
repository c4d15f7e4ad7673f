import { describe, expect, it } from '@jest/globals'
import { defaultGatePolicy, judge, parseWaivers, waiverChanges } from '../../src/index.ts'
import type { AffectedPackage, Finding } from '../../src/index.ts'
import { answered, digests, sampleContext, waiversOf } from '../gate/sample-context.ts'
import { sampleFinding } from '../sample-finding.ts'

const openssl: AffectedPackage = {
  name: 'openssl',
  version: '3.0.11-1~deb12u2',
  type: 'deb',
  purl: 'pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=amd64&distro=debian-12',
  path: '/var/lib/dpkg/status',
}

interface Row {
  readonly name: string
  readonly waiver: string
  readonly finding: Partial<Finding>
  readonly isWaived: boolean
}

const rows: readonly Row[] = [
  { name: 'the identifier', waiver: 'id: CVE-2026-0001', finding: {}, isWaived: true },
  {
    name: 'the identifier in another case',
    waiver: 'id: cve-2026-0001',
    finding: {},
    isWaived: true,
  },
  { name: 'another identifier', waiver: 'id: CVE-2026-0002', finding: {}, isWaived: false },
  {
    name: 'the beginning of an identifier',
    waiver: 'id: CVE-2026-000',
    finding: {},
    isWaived: false,
  },
  { name: 'an alias', waiver: 'id: GHSA-1', finding: { aliases: ['GHSA-1'] }, isWaived: true },
  {
    name: 'one of several identifiers',
    waiver: 'ids: [X, CVE-2026-0001]',
    finding: {},
    isWaived: true,
  },
  { name: 'another kind', waiver: 'id: CVE-2026-0001, kind: secret', finding: {}, isWaived: false },
  {
    name: 'the package',
    waiver: 'id: CVE-2026-0001, package: { name: left-pad }',
    finding: {},
    isWaived: true,
  },
  {
    name: 'another package',
    waiver: 'id: CVE-2026-0001, package: { name: left }',
    finding: {},
    isWaived: false,
  },
  {
    name: 'the version',
    waiver: 'id: CVE-2026-0001, package: { version: 1.0.0 }',
    finding: {},
    isWaived: true,
  },
  {
    name: 'a range',
    waiver: "id: CVE-2026-0001, package: { version: '<1.0.1' }",
    finding: {},
    isWaived: true,
  },
  {
    name: 'a range without it',
    waiver: "id: CVE-2026-0001, package: { version: '>=1.0.1' }",
    finding: {},
    isWaived: false,
  },
  {
    name: 'the type as Grype calls it',
    waiver: 'id: CVE-2026-0001, package: { type: go-module }',
    finding: { package: { ...openssl, type: 'golang' } },
    isWaived: true,
  },
  {
    name: 'the package URL',
    waiver: "id: CVE-2026-0001, package: { purl: 'pkg:deb/debian/openssl' }",
    finding: { package: openssl },
    isWaived: true,
  },
  {
    name: 'the package URL with a qualifier',
    waiver: "id: CVE-2026-0001, package: { purl: 'pkg:deb/debian/openssl?distro=debian-12' }",
    finding: { package: openssl },
    isWaived: true,
  },
  {
    name: 'the package URL with another qualifier',
    waiver: "id: CVE-2026-0001, package: { purl: 'pkg:deb/debian/openssl?distro=debian-13' }",
    finding: { package: openssl },
    isWaived: false,
  },
  {
    name: 'the package URL of another namespace',
    waiver: "id: CVE-2026-0001, package: { purl: 'pkg:deb/ubuntu/openssl' }",
    finding: { package: openssl },
    isWaived: false,
  },
  {
    name: 'a package URL where none is known',
    waiver: "id: CVE-2026-0001, package: { purl: 'pkg:npm/left-pad' }",
    finding: {},
    isWaived: false,
  },
  {
    name: 'a package where there is none',
    waiver: 'id: CVE-2026-0001, package: { name: left-pad }',
    finding: { package: undefined },
    isWaived: false,
  },
  {
    name: 'a glob of the path',
    waiver: "id: CVE-2026-0001, paths: ['app/*.json']",
    finding: {},
    isWaived: true,
  },
  {
    name: 'a glob with the root',
    waiver: "id: CVE-2026-0001, paths: ['/app/**']",
    finding: {},
    isWaived: true,
  },
  {
    name: 'another path',
    waiver: "id: CVE-2026-0001, paths: ['/usr/**']",
    finding: {},
    isWaived: false,
  },
  {
    name: 'the root alone',
    waiver: "id: CVE-2026-0001, paths: ['/']",
    finding: {},
    isWaived: false,
  },
  {
    name: 'the image',
    waiver: `id: CVE-2026-0001, digests: ['${digests.index}']`,
    finding: {},
    isWaived: true,
  },
  {
    name: 'another image',
    waiver: `id: CVE-2026-0001, digests: ['${digests.other}']`,
    finding: {},
    isWaived: false,
  },
  {
    name: 'the platform',
    waiver: 'id: CVE-2026-0001, platforms: [linux/arm64]',
    finding: { platforms: ['linux/arm64'] },
    isWaived: true,
  },
  {
    name: 'one of its platforms',
    waiver: 'id: CVE-2026-0001, platforms: [linux/arm64]',
    finding: { platforms: ['linux/amd64', 'linux/arm64'] },
    isWaived: false,
  },
  {
    name: 'a platform, where it may be on all',
    waiver: 'id: CVE-2026-0001, platforms: [linux/arm64]',
    finding: {},
    isWaived: false,
  },
  {
    name: 'the manifest of its platform',
    waiver: `id: CVE-2026-0001, digests: ['${digests.arm64}']`,
    finding: { platforms: ['linux/arm64'] },
    isWaived: true,
  },
  {
    name: 'the manifest of another platform',
    waiver: `id: CVE-2026-0001, digests: ['${digests.arm64}']`,
    finding: { platforms: ['linux/amd64'] },
    isWaived: false,
  },
]

describe('a waiver for', () => {
  it.each(rows)('$name waives: $isWaived', ({ waiver, finding, isWaived }) => {
    const waivers = waiversOf(`{ ${waiver}, ${answered} }`)
    const judgement = judge([sampleFinding(finding)], sampleContext({ waivers }))
    expect(judgement.verdict).toBe(isWaived ? 'pass' : 'fail')
    expect(judgement.waivers.used).toHaveLength(isWaived ? 1 : 0)
    expect(judgement.waivers.unused).toHaveLength(isWaived ? 0 : 1)
  })
})

describe('the expiry of a waiver', () => {
  const waivers = waiversOf('{ id: CVE-2026-0001, reason: r, owner: o, expires: 2026-12-31 }')
  const judgedAt = (now: string) =>
    judge([sampleFinding()], sampleContext({ waivers, now: new Date(now) }))

  it('is the last day on which it counts', () => {
    expect(judgedAt('2026-12-31T23:59:59Z').verdict).toBe('pass')
    const after = judgedAt('2027-01-01T00:00:00Z')
    expect(after.verdict).toBe('fail')
    expect(after.findings[0]?.expiredWaiver).toBe(waivers[0])
    expect(after.waivers.expired).toEqual(waivers)
    expect(after.warnings).toEqual(['1 waiver has expired and waives nothing.'])
  })

  it('is warned of when it comes near', () => {
    expect(judgedAt('2026-12-01T00:00:00Z').waivers.expiringSoon).toEqual([])
    const soon = judgedAt('2026-12-20T00:00:00Z')
    expect(soon.waivers.expiringSoon).toEqual(waivers)
    expect(soon.warnings).toEqual(['1 waiver expires soon.'])
  })
})

describe('waivers', () => {
  it('are shown by the one that counts longest', () => {
    const waivers = waiversOf(
      '{ id: CVE-2026-0001, reason: short, owner: o, expires: 2026-12-01 }',
      '{ id: CVE-2026-0001, reason: long, owner: o, expires: 2026-12-31 }',
    )
    const [judged] = judge([sampleFinding()], sampleContext({ waivers })).findings
    expect(judged?.decision).toMatchObject({ outcome: 'waived', reason: 'long' })
  })

  it('that are against the policy do not count', () => {
    const waivers = waiversOf('{ id: CVE-2026-0001, reason: r, owner: o, expires: 2030-01-01 }')
    const judgement = judge([sampleFinding()], sampleContext({ waivers }))
    expect(judgement.verdict).toBe('fail')
    expect(judgement.waivers.refused).toHaveLength(1)
  })

  it('of another tool count with a warning, unless the policy requires more', () => {
    const { waivers } = parseWaivers('CVE-2026-0001', '.trivyignore')
    const judgement = judge([sampleFinding()], sampleContext({ waivers }))
    expect(judgement.verdict).toBe('pass')
    expect(judgement.warnings).toEqual(['1 waiver counts without saying all that it should.'])
    const waiverRule = { ...defaultGatePolicy.waivers, require: ['expiry' as const] }
    const policy = { ...defaultGatePolicy, waivers: waiverRule }
    expect(judge([sampleFinding()], sampleContext({ waivers, policy })).verdict).toBe('fail')
  })

  it('of Grype without identifier go by the package', () => {
    const content = 'ignore: [{ package: { name: "left-.*" }, fix-state: fixed }]'
    const { waivers } = parseWaivers(content, '.grype.yaml')
    const context = sampleContext({ waivers })
    expect(judge([sampleFinding()], context).verdict).toBe('pass')
    const other = sampleFinding({ package: openssl })
    expect(judge([other], context).verdict).toBe('fail')
  })
})

describe('waiverChanges', () => {
  const fileOf = (...entries: readonly string[]) => ({
    file: 'w',
    format: 'waivers' as const,
    waivers: waiversOf(...entries),
    notes: [],
  })

  it('finds what was added, changed and removed, and passes over what was moved', () => {
    const before = fileOf(
      `{ id: A, ${answered} }`,
      '{ id: B, reason: r, owner: o, expires: 2026-12-01 }',
      `{ id: C, ${answered} }`,
    )
    const after = fileOf(
      `{ id: D, ${answered} }`,
      `{ id: C, ${answered} }`,
      '{ id: B, reason: r, owner: o, expires: 2026-12-31 }',
    )
    const { added, changed, removed } = waiverChanges(before, after)
    expect(added.map(({ ids }) => ids)).toEqual([['D']])
    expect(changed.map(({ after: now, fields }) => [now.ids, fields])).toEqual([
      [['B'], ['expires']],
    ])
    expect(removed.map(({ ids }) => ids)).toEqual([['A']])
  })

  it('takes all of a new file for added', () => {
    const after = fileOf(`{ id: A, ${answered} }`)
    expect(waiverChanges(undefined, after)).toEqual({
      added: after.waivers,
      changed: [],
      removed: [],
    })
  })

  it('tells waivers of the same identifier for different packages apart', () => {
    const before = fileOf(`{ id: A, package: { name: x }, ${answered} }`)
    const after = fileOf(`{ id: A, package: { name: y }, ${answered} }`)
    const { added, removed } = waiverChanges(before, after)
    expect([added, removed]).toEqual([after.waivers, before.waivers])
  })
})
