import { ConfigurationError } from '@oke-pipeline/core'
import type { Scanner, ScannerName } from '@oke-pipeline/scan'
import type { Inputs } from './declaration.ts'
import type { GatePorts } from './gate-ports.ts'
import { obtainGrype } from './obtain-grype.ts'

/** The scanners to scan with; none where only reports are judged. */
export async function obtainScanners(
  inputs: Inputs,
  ports: GatePorts,
): Promise<readonly Scanner[]> {
  const names = new Set(inputs.scanners.filter((name) => name !== 'none'))
  const scanners: Scanner[] = []
  for (const name of names) scanners.push(await obtainScanner(name, inputs, ports))
  return scanners
}

async function obtainScanner(
  name: ScannerName,
  inputs: Inputs,
  ports: GatePorts,
): Promise<Scanner> {
  if (name === 'grype') return { name, ...(await obtainGrype(inputs, ports)) }
  const { stdout } = await ports.scanner.run({ file: name, args: ['--version'] })
  const version = /^Version: (\S+)/m.exec(stdout)?.[1]
  if (version !== undefined) return { name, file: name, version, origin: 'PATH' }
  throw new ConfigurationError({
    title: 'Program "trivy" is not Trivy',
    explanation: '"trivy --version" does not answer as Trivy does.',
  })
}
