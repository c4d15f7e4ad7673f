import { describe, expect, it } from '@jest/globals'
import { adviceFor } from '../../src/index.ts'
import type { Finding } from '../../src/index.ts'
import { sampleFinding } from '../sample-finding.ts'

function inPackage(name: string, changes: Partial<Finding> = {}): Finding {
  const subject = { name, version: '1.0.0', type: 'npm', purl: undefined, path: `/app/${name}` }
  return sampleFinding({ package: subject, ...changes })
}

const base = { diffId: 'sha256:1', digest: undefined, origin: 'base' } as const

describe('adviceFor', () => {
  it('names the one version that has all fixes of a package', () => {
    const findings = [
      inPackage('a', { id: 'CVE-1', fixedIn: ['1.2.9'] }),
      inPackage('a', { id: 'CVE-2', fixedIn: ['1.2.10', '0.9.1'] }),
    ]
    expect(adviceFor(findings)).toEqual([
      { action: 'upgrade', name: 'a', from: '1.0.0', to: '1.2.10', findings },
    ])
  })

  it('puts first what does away with the worst, and last what nobody has fixed', () => {
    const advice = adviceFor([
      inPackage('one', { severity: 'high' }),
      inPackage('two', { severity: 'critical' }),
      inPackage('three', { severity: 'high', id: 'CVE-3' }),
      inPackage('three', { severity: 'high', id: 'CVE-4' }),
      inPackage('four', { severity: 'critical', isFixed: false, fixedIn: [] }),
    ])
    expect(advice.map((piece) => ('name' in piece ? piece.name : piece.action))).toEqual([
      'two',
      'three',
      'one',
      'no-fix',
    ])
  })

  it('leaves to the base image what comes from it', () => {
    const advice = adviceFor([
      inPackage('libc', { layer: base }),
      inPackage('openssl', { layer: base }),
      inPackage('kernel', { layer: base, isFixed: false, fixedIn: [] }),
    ])
    expect(advice.map(({ action, findings }) => [action, findings.length])).toEqual([
      ['update-base', 2],
      ['no-fix', 1],
    ])
  })

  it('says where secrets, settings and licences are', () => {
    const at = { package: undefined, place: { path: '/app/.env', line: 3 } }
    const advice = adviceFor([
      sampleFinding({ kind: 'secret', id: 'aws-key', ...at }),
      sampleFinding({ kind: 'misconfiguration', id: 'DS002', severity: 'medium', ...at }),
      inPackage('copyleft', { kind: 'licence', id: 'GPL-3.0', severity: 'low' }),
    ])
    expect(advice).toMatchObject([
      { action: 'remove-secret', path: '/app/.env' },
      { action: 'correct', path: '/app/.env' },
      { action: 'replace', name: 'copyleft' },
    ])
  })

  it('has none where nothing was found', () => {
    expect(adviceFor([])).toEqual([])
  })
})
