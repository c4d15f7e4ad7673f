import { join } from 'node:path'
import { runnerToolStore } from '@oke-pipeline/core'
import { findScanner } from '@oke-pipeline/scan'
import type { FindScannerPorts, Scanner } from '@oke-pipeline/scan'
import type { Inputs } from './declaration.ts'
import type { GatePorts } from './gate-ports.ts'

/** The scanners to scan with; none where only reports are judged. */
export async function obtainScanners(
  inputs: Inputs,
  ports: GatePorts,
): Promise<readonly Scanner[]> {
  const names = [...new Set(inputs.scanners)].filter((name) => name !== 'none')
  const means: FindScannerPorts = {
    ...ports,
    exec: ports.scanner,
    environment: ports.scannerEnvironment,
    toolStore: runnerToolStore(ports.environment),
    cache: await cacheFolder(inputs, ports),
  }
  const scanners: Scanner[] = []
  for (const name of names) {
    const choice = { name, file: inputs[name], version: inputs[`${name}-version`] }
    const scanner = await findScanner(choice, means)
    ports.log.info(`${name} ${scanner.version} (${scanner.origin})`)
    scanners.push(scanner)
  }
  return scanners
}

/** Where answers are kept for the same image and database. */
export function cacheFolder(
  { cache }: Inputs,
  { files }: Pick<GatePorts, 'files'>,
): Promise<string> {
  return files.locate(cache ?? join(files.temp, 'scan-gate', 'cache'))
}
