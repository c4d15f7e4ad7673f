import { ConfigurationError } from '@oke-pipeline/core'
import type { Runner } from '@oke-pipeline/core'
import { principalPorts } from '@oke-pipeline/oci'
import type { Inputs, Output } from '../declaration.ts'
import type { JobFolder } from '../job-folder.ts'
import type { Check } from './check.ts'
import { renderCheck, verdict } from './render-check.ts'
import { runCheck } from './run-check.ts'
import type { CheckReport } from './run-check.ts'

/**
 * Checks instead of signing in. The report is given whether or not all is well.
 * @throws {@link ConfigurationError} that lists what fails, and what to add.
 */
export async function mainCheck(inputs: Inputs, runner: Runner, folder: JobFolder): Promise<void> {
  const report = await runCheck(inputs, principalPorts(runner))
  for (const file of report.files) await folder.write(`access/${file.name}`, file.text)
  runner.setOutputs(await outputsOf(report, `${folder.path}/access`))
  await runner.writeSummary(renderCheck(report))
  for (const check of report.checks) runner.log.info(lineOf(check))
  const failures = failuresOf(report)
  if (failures.length > 0) throw failureOf(report.checks, failures)
}

async function outputsOf(
  report: CheckReport,
  folder: string,
): Promise<Readonly<Record<Output, string>>> {
  const { identity } = report
  const granted = await identity?.session.granted()
  const failures = failuresOf(report)
  return {
    identity: identity?.way ?? '',
    region: identity?.region.id ?? '',
    tenancy: identity?.session.tenancy ?? '',
    expires: granted?.expiresAt.toISOString() ?? '',
    'config-file': '',
    registry: '',
    kubeconfig: '',
    'check-result': failures.length === 0 ? 'passed' : 'failed',
    'check-failures': JSON.stringify(
      failures.map(({ name, says, fixes }) => ({ check: name, says, fixes })),
    ),
    'check-files': folder,
  }
}

function failuresOf({ checks }: CheckReport): readonly Check[] {
  return checks.filter(({ outcome }) => outcome === 'fails')
}

function lineOf({ name, outcome, says }: Check): string {
  return `${outcome.padEnd(7)} ${name}: ${says}`
}

function failureOf(checks: readonly Check[], failures: readonly Check[]): ConfigurationError {
  const fixes = [...new Set(failures.flatMap((check) => check.fixes))]
  return new ConfigurationError({
    title: `Access to Oracle Cloud: ${verdict(checks)}`,
    explanation: failures.map(({ name, says }) => `\n  - ${name}: ${says}`).join(''),
    ...(fixes.length === 0 ? {} : { remedy: `\nAdd:\n${fixes.join('\n')}` }),
  })
}
