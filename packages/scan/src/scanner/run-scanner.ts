import { join } from 'node:path'
import { ServiceError } from '@oke-pipeline/core'
import type { Outcome } from '@oke-pipeline/core'
import * as v from 'valibot'
import type { VulnerabilityDatabase } from '../scan-report.ts'
import { scanCommand, scanConfiguration } from './commands.ts'
import type { ScanFiles, ScanOrder } from './commands.ts'
import { databaseOnDisk } from './database-identity.ts'
import { nothingWritten, scannerEnded, scannerFailed, scannerTitles } from './scan-problems.ts'
import type { ScannerName, ScannerPorts } from './scanner.ts'

/** What a scanner wrote, with what its report does not say. */
export interface RawScan {
  readonly text: string
  readonly packageCount: number | undefined
  readonly database: VulnerabilityDatabase | undefined
}

/**
 * Runs a scanner to its report.
 * @throws GateError when it fails, takes too long or writes nothing.
 */
export async function runScanner(
  order: Omit<ScanOrder, 'files'>,
  folder: string,
  ports: ScannerPorts,
): Promise<RawScan> {
  const files = filesIn(folder)
  const whole = { ...order, files }
  await ports.files.writeText(files.configuration, scanConfiguration(whole))
  const outcome = await runToEnd(whole, ports)
  const title = scannerTitles[order.scanner]
  if (outcome.exitCode !== 0) throw scannerFailed(title, outcome)
  if ((await ports.files.kindOf(files.report)) !== 'file') throw nothingWritten(title)
  return {
    text: await ports.files.readText(files.report),
    packageCount: await packagesIn(files.inventory, ports),
    database: await databaseUsed(order.scanner, ports),
  }
}

function filesIn(folder: string): ScanFiles {
  return {
    folder,
    configuration: join(folder, 'configuration.yaml'),
    report: join(folder, 'report.json'),
    inventory: join(folder, 'inventory.json'),
  }
}

async function runToEnd(order: ScanOrder, { exec }: ScannerPorts): Promise<Outcome> {
  try {
    return await exec.run(scanCommand(order))
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    throw scannerEnded(scannerTitles[order.scanner], order.timeoutSeconds, error)
  }
}

const inventorySchema = v.object({
  components: v.optional(v.array(v.object({ type: v.string() })), []),
})

/** Grype's report has matches only; how many packages it looked at is in its inventory. */
async function packagesIn(path: string, { files }: ScannerPorts): Promise<number | undefined> {
  if ((await files.kindOf(path)) !== 'file') return undefined
  const outcome = v.safeParse(inventorySchema, jsonOrNull(await files.readText(path)))
  if (!outcome.success) return undefined
  return outcome.output.components.filter(
    ({ type }) => type !== 'operating-system' && type !== 'file',
  ).length
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** Trivy does not say in its report which database it used: the one that is there afterwards. */
async function databaseUsed(
  name: ScannerName,
  { environment }: ScannerPorts,
): Promise<VulnerabilityDatabase | undefined> {
  return (await databaseOnDisk(name, environment))?.database
}
