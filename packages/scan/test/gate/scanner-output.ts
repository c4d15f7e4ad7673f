import * as v from 'valibot'
import { findingOf, severityFrom } from '../../src/index.ts'
import type { Finding } from '../../src/index.ts'

const GrypeReport = v.object({
  matches: v.array(
    v.object({
      vulnerability: v.object({
        id: v.string(),
        severity: v.string(),
        fix: v.object({ state: v.picklist(['fixed', 'not-fixed', 'wont-fix', 'unknown']) }),
      }),
      artifact: v.object({ name: v.string(), version: v.string(), type: v.string() }),
    }),
  ),
})

const TrivyReport = v.object({
  Results: v.optional(
    v.array(
      v.object({
        Vulnerabilities: v.optional(
          v.array(
            v.object({
              VulnerabilityID: v.string(),
              Severity: v.string(),
              Status: v.optional(v.string()),
              PkgName: v.string(),
              InstalledVersion: v.string(),
              PkgPath: v.optional(v.string()),
              PkgIdentifier: v.optional(v.object({ PURL: v.optional(v.string()) })),
            }),
          ),
        ),
      }),
    ),
  ),
})

/** The findings in what Grype wrote: no more than what its filters go by. */
export function grypeFindings(output: string): readonly Finding[] {
  return v.parse(GrypeReport, JSON.parse(output)).matches.map(({ vulnerability, artifact }) =>
    findingOf({
      kind: 'vulnerability',
      id: vulnerability.id,
      severity: severityFrom(vulnerability.severity),
      isFixed: vulnerability.fix.state === 'fixed',
      fixState: vulnerability.fix.state,
      package: { ...artifact, purl: undefined, path: undefined },
    }),
  )
}

/** The findings in what Trivy wrote: no more than what its filters go by. */
export function trivyFindings(output: string): readonly Finding[] {
  const { Results: results = [] } = v.parse(TrivyReport, JSON.parse(output))
  return results
    .flatMap(({ Vulnerabilities: vulnerabilities = [] }) => vulnerabilities)
    .map((one) =>
      findingOf({
        kind: 'vulnerability',
        id: one.VulnerabilityID,
        severity: severityFrom(one.Severity),
        isFixed: one.Status === 'fixed',
        package: {
          name: one.PkgName,
          version: one.InstalledVersion,
          type: 'npm',
          purl: one.PkgIdentifier?.PURL,
          path: one.PkgPath,
        },
      }),
    )
}

/** What tells findings apart, sorted: to compare what two filters leave. */
export function namesOf(findings: readonly Finding[]): readonly string[] {
  return findings
    .map(({ id, package: found }) => `${id} ${found?.name ?? ''} ${found?.version ?? ''}`)
    .toSorted()
}
