import { ServiceError } from '@oke-pipeline/core'
import type { Exec, Files, Outcome } from '@oke-pipeline/core'
import { grypeCommand } from './grype-command.ts'
import { grypeConfiguration } from './grype-settings.ts'
import type { ScanSettings } from './grype-settings.ts'

/** What is scanned, and with what. */
export interface ScanRequest extends ScanSettings {
  readonly grype: string
  readonly layout: string
  /** Which image, where the layout has one for each of several platforms. */
  readonly platform: string | undefined
  readonly timeoutSeconds: number
}

/** What a scan needs: programs run in {@link grypeEnvironment}, and files. */
export interface ScanPorts {
  readonly exec: Exec
  readonly files: Files
}

/**
 * Scans an OCI layout with Grype.
 * @returns the text of the JSON report.
 * @throws {@link ServiceError} when Grype failed, was ended, or wrote nothing.
 */
export async function scanLayout(
  request: ScanRequest,
  { exec, files }: ScanPorts,
): Promise<string> {
  const directory = await files.temporaryFolder('scan')
  const configuration = `${directory}/configuration.yaml`
  const report = `${directory}/report.json`
  await files.writeText(configuration, grypeConfiguration(request))
  const outcome = await exec.run(grypeCommand({ ...request, configuration, report, directory }))
  if (outcome.exitCode !== 0) throw failed(outcome)
  if ((await files.kindOf(report)) !== 'file') throw withoutReport()
  return files.readText(report)
}

function failed({ exitCode, stderr }: Outcome): ServiceError {
  return new ServiceError({
    service: 'Grype',
    title: 'Grype could not scan the image',
    explanation: `It ended with exit status ${exitCode}${lastLines(stderr)}`,
    remedy: 'Without a report the gate stays closed: remove what Grype complains of.',
  })
}

function withoutReport(): ServiceError {
  return new ServiceError({
    service: 'Grype',
    title: 'Grype wrote no report',
    explanation: 'It ended with exit status 0, and its report file is not there.',
    remedy: 'Check that the program given as "grype" is Grype.',
  })
}

const shownLines = 5

function lastLines(text: string): string {
  // Colours are of no use in a message.
  const plain = text.replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, '')
  const lines = plain.split('\n').filter((line) => line.trim() !== '')
  if (lines.length === 0) return ' and gave no reason.'
  return ` and said:\n${lines.slice(-shownLines).join('\n')}\n`
}
