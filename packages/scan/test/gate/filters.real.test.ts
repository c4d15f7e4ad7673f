import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { runCommand, tryCommand } from '../../../../test/lab/command.ts'
import { currentLab } from '../../../../test/setup/lab.ts'
import { defaultGatePolicy, judge, parseWaivers } from '../../src/index.ts'
import type { Finding, JudgeContext, RatedSeverity, VulnerabilityRule } from '../../src/index.ts'
import { sampleContext } from './sample-context.ts'
import { grypeFindings, namesOf, trivyFindings } from './scanner-output.ts'

const { environment } = currentLab()
const cutoffs: readonly RatedSeverity[] = ['negligible', 'low', 'medium', 'high', 'critical']

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gate-filters-'))
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

async function fileWith(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

function run(file: string, ...args: readonly string[]): Promise<string> {
  return runCommand(file, args, { environment, workingDirectory: folder })
}

/** What our gate closes at, by one rule. */
function blockedBy(
  findings: readonly Finding[],
  rule: Partial<VulnerabilityRule>,
  context: Partial<JudgeContext> = {},
): readonly string[] {
  const { blocking } = judge(findings, sampleContext({ rules: [rule], ...context }))
  return namesOf(blocking.map(({ finding }) => finding))
}

// Trivy goes by the clock, and knows no longest waiver.
const now = new Date()
const patient = { ...defaultGatePolicy.waivers, longestDays: 100_000 }

const packages = fc.record({
  minimist: fc.constantFrom(undefined, '1.2.0', '1.2.4', '1.2.8'),
  lodash: fc.constantFrom(undefined, '3.10.1', '4.17.20', '4.17.21'),
  semver: fc.constantFrom(undefined, '5.7.1', '7.5.1', '7.5.2'),
})

const debianPackages = fc.subarray(['tar', 'glibc'])

/** A bill of materials of an image that never was; both scanners look up its packages. */
function bomOf(
  npm: Readonly<Record<string, string | undefined>>,
  debian: readonly string[],
): string {
  const node = Object.entries(npm).flatMap(([name, version]) =>
    version === undefined
      ? []
      : [component(name, version, `pkg:npm/${name}@${version}`, 'node-pkg')],
  )
  const system = debian.map((name) =>
    component(
      name,
      '1.0-1',
      `pkg:deb/debian/${name}@1.0-1?arch=amd64&distro=debian-12.8`,
      'debian',
    ),
  )
  return JSON.stringify({
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: { type: 'container', name: 'app', 'bom-ref': 'root' } },
    components: [
      { type: 'operating-system', 'bom-ref': 'os', name: 'debian', version: '12.8' },
      ...node,
      ...system,
    ],
    dependencies: [
      { ref: 'root', dependsOn: ['os', ...node.map((one) => one['bom-ref'])] },
      { ref: 'os', dependsOn: system.map((one) => one['bom-ref']) },
    ],
  })
}

function component(name: string, version: string, purl: string, type: string) {
  const facts = { PkgType: type, SrcName: name, SrcVersion: version.split('-')[0] ?? '' }
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    purl,
    properties: Object.entries(facts).map(([key, value]) => ({
      name: `aquasecurity:trivy:${key}`,
      value,
    })),
  }
}

describe('the gate and Grype’s own filters', () => {
  const scan = async (bom: string, ...options: readonly string[]): Promise<readonly Finding[]> =>
    grypeFindings(await run('grype', `sbom:${bom}`, '--quiet', '--output', 'json', ...options))

  it('agree on severities and fixes', async () => {
    await fc.assert(
      fc.asyncProperty(
        packages,
        debianPackages,
        fc.constantFrom(...cutoffs),
        async (npm, debian, cutoff) => {
          const bom = await fileWith('grype.cdx.json', bomOf(npm, debian))
          const all = await scan(bom)
          const fixed = await scan(bom, '--only-fixed')
          expect(blockedBy(all, { severity: 'negligible', fixable: true })).toEqual(namesOf(fixed))
          for (const fixable of [false, true]) {
            const options = ['--fail-on', cutoff, ...(fixable ? ['--only-fixed'] : [])]
            const { exitCode } = await tryCommand('grype', [`sbom:${bom}`, '--quiet', ...options], {
              environment,
            })
            const blocked = blockedBy(all, { severity: cutoff, fixable, unrated: false })
            expect(exitCode).toBe(blocked.length === 0 ? 0 : 2)
          }
        },
      ),
      {
        numRuns: 6,
        examples: [
          [{ minimist: '1.2.0', lodash: '4.17.20', semver: '5.7.1' }, ['tar', 'glibc'], 'high'],
        ],
      },
    )
  })

  it('agree on its ignore rules', async () => {
    const rule = fc.record(
      {
        vulnerability: fc.constantFrom('GHSA-xvch-5gv4-984h', 'CVE-2021-23337', 'CVE-2005-2541'),
        'fix-state': fc.constantFrom('fixed', 'not-fixed', 'wont-fix'),
        package: fc.record(
          {
            name: fc.constantFrom('minimist', 'l.*h', 'tar', 'mini'),
            version: fc.constantFrom('1.2.0', '4.17.20'),
            type: fc.constantFrom('npm', 'deb'),
          },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: [] },
    )
    const bom = await fileWith(
      'ignored.cdx.json',
      bomOf({ minimist: '1.2.0', lodash: '4.17.20', semver: '5.7.1' }, ['tar', 'glibc']),
    )
    const all = await scan(bom)
    await fc.assert(
      fc.asyncProperty(fc.array(rule, { maxLength: 3 }), async (ignore) => {
        const text = JSON.stringify({ ignore })
        const left = await scan(bom, '--config', await fileWith('.grype.yaml', text))
        const { waivers } = parseWaivers(text, '.grype.yaml')
        expect(blockedBy(all, { severity: 'negligible' }, { waivers })).toEqual(namesOf(left))
      }),
      { numRuns: 15 },
    )
  })
})

describe('the gate and Trivy’s own filters', () => {
  const trivySeverities: Readonly<Record<string, string>> = {
    low: 'UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL',
    medium: 'UNKNOWN,MEDIUM,HIGH,CRITICAL',
    high: 'UNKNOWN,HIGH,CRITICAL',
    critical: 'UNKNOWN,CRITICAL',
  }

  it('agree on severities and fixes of what it scans', async () => {
    const cutoff = fc.constantFrom(...cutoffs.slice(1))
    await fc.assert(
      fc.asyncProperty(packages, debianPackages, cutoff, async (npm, debian, severity) => {
        const bom = await fileWith('trivy.cdx.json', bomOf(npm, debian))
        const scan = async (...options: readonly string[]): Promise<readonly Finding[]> =>
          trivyFindings(await run('trivy', 'sbom', '--quiet', '--format', 'json', ...options, bom))
        const all = await scan()
        const some = await scan('--severity', trivySeverities[severity] ?? '', '--ignore-unfixed')
        expect(blockedBy(all, { severity, fixable: true })).toEqual(namesOf(some))
      }),
      {
        numRuns: 6,
        examples: [
          [{ minimist: '1.2.0', lodash: '4.17.20', semver: '5.7.1' }, ['tar', 'glibc'], 'low'],
        ],
      },
    )
  })

  const vulnerability = fc.record({
    VulnerabilityID: fc.constantFrom('CVE-1', 'CVE-2', 'CVE-3', 'CVE-4', 'GHSA-1'),
    Severity: fc.constantFrom('UNKNOWN', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'),
    PkgName: fc.constantFrom('a', 'b', 'c'),
    InstalledVersion: fc.constantFrom('1.0.0', '2.0.0'),
    PkgPath: fc.constantFrom('app/a/package.json', 'usr/lib/b/package.json'),
  })

  /** Trivy keeps one of those that differ in nothing but their severity. */
  function distinct(size: { readonly minLength: number; readonly maxLength: number }) {
    return fc.uniqueArray(vulnerability, {
      ...size,
      selector: (one) => [one.VulnerabilityID, one.PkgName, one.InstalledVersion].join(' '),
    })
  }

  /** A report as `trivy image --format json` writes it. */
  function reportOf(found: readonly { PkgName: string; InstalledVersion: string }[]): string {
    const Vulnerabilities = found.map((one) => ({
      ...one,
      Status: 'affected',
      PkgIdentifier: { PURL: `pkg:npm/${one.PkgName}@${one.InstalledVersion}` },
    }))
    const result = { Target: 'Node.js', Class: 'lang-pkgs', Type: 'node-pkg', Vulnerabilities }
    return JSON.stringify({
      SchemaVersion: 2,
      ArtifactName: 'app',
      ArtifactType: 'container_image',
      Results: [result],
    })
  }

  it('agree on the severities of any report', async () => {
    const found = distinct({ minLength: 1, maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(found, fc.constantFrom(...cutoffs.slice(1)), async (some, severity) => {
        const report = await fileWith('report.json', reportOf(some))
        const options = ['--severity', trivySeverities[severity] ?? '']
        const left = await run(
          'trivy',
          'convert',
          '--quiet',
          '--format',
          'json',
          ...options,
          report,
        )
        const all = trivyFindings(reportOf(some))
        expect(blockedBy(all, { severity })).toEqual(namesOf(trivyFindings(left)))
      }),
      { numRuns: 15 },
    )
  })

  const day = fc.constantFrom('2020-01-01', '2026-11-24', '2199-12-31')
  const id = fc.constantFrom('CVE-1', 'CVE-2', 'CVE-3', 'CVE-9')
  const plain = fc
    .array(fc.tuple(id, fc.option(day, { nil: undefined })), { maxLength: 4 })
    .map((lines) =>
      lines.map(([name, end]) => (end === undefined ? name : `${name} exp:${end}`)).join('\n'),
    )
    .map((text) => ({ name: '.trivyignore', text: `# accepted\n${text}\n` }))
  const inYaml = fc
    .array(
      fc.record(
        {
          id,
          paths: fc.subarray(['app/**', 'usr/*/b/package.json', 'app'], { minLength: 1 }),
          purls: fc.subarray(['pkg:npm/a', 'pkg:npm/b@2.0.0'], { minLength: 1 }),
          expired_at: day,
          statement: fc.constant('agreed'),
        },
        { requiredKeys: ['id'] },
      ),
      { maxLength: 4 },
    )
    .map((vulnerabilities) => ({
      name: '.trivyignore.yaml',
      // Unquoted, for Trivy wants dates of YAML.
      text: JSON.stringify({ vulnerabilities }).replaceAll(/"(\d{4}-\d\d-\d\d)"/g, '$1'),
    }))

  it('agree on its ignore files', async () => {
    const found = distinct({ minLength: 10, maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(found, fc.oneof(plain, inYaml), async (some, { name, text }) => {
        const report = await fileWith('report.json', reportOf(some))
        const options = ['--ignorefile', await fileWith(name, text)]
        const left = await run(
          'trivy',
          'convert',
          '--quiet',
          '--format',
          'json',
          ...options,
          report,
        )
        const { waivers } = parseWaivers(text, name)
        const blocked = blockedBy(
          trivyFindings(reportOf(some)),
          { severity: 'low' },
          { waivers, now, policy: { ...defaultGatePolicy, waivers: patient } },
        )
        expect(blocked).toEqual(namesOf(trivyFindings(left)))
      }),
      { numRuns: 25 },
    )
  })
})
