import { readFile } from 'node:fs/promises'
import { freemem } from 'node:os'
import { secondsSince } from '@oke-pipeline/core'
import { bindInventory } from '../readers/inventory.ts'
import { badDatabase, nothingSeen } from '../readers/problems.ts'
import { readReport } from '../readers/read-report.ts'
import type { Binding, ScanReport } from '../scan-report.ts'
import { cachedScan, keepScan } from './cached-scan.ts'
import { viewOf } from './layout-view.ts'
import { systemFileIn } from './operating-system.ts'
import { runScanner } from './run-scanner.ts'
import type { RawScan } from './run-scanner.ts'
import { scannerTitles } from './scan-problems.ts'
import type {
  Scan,
  ScanOptions,
  ScanResult,
  ScanSubject,
  Scanner,
  ScannerPorts,
} from './scanner.ts'

/**
 * Scans an image with several scanners, at the same time where the memory allows it.
 * @returns one result for each scanner, in the same order.
 * @throws GateError when one of them gives no report to trust: the gate stays closed then.
 */
export async function scanWith(
  scanners: readonly Scanner[],
  subject: ScanSubject,
  options: ScanOptions,
  ports: ScannerPorts,
): Promise<readonly ScanResult[]> {
  const scan = (scanner: Scanner): Promise<ScanResult> =>
    scanOnce({ scanner, subject, options: optionsFor(scanner, options) }, ports)
  if (canRunTogether(scanners.length, ports)) return Promise.all(scanners.map(scan))
  const results: ScanResult[] = []
  for (const scanner of scanners) results.push(await scan(scanner))
  return results
}

/** Grype finds vulnerabilities, whatever else is looked for. */
function optionsFor({ name }: Scanner, options: ScanOptions): ScanOptions {
  return name === 'grype' ? { ...options, kinds: ['vulnerability'] } : options
}

/** What a scanner of a large image has been seen to take. */
const bytesForEach = 1.5 * 1024 ** 3

function canRunTogether(count: number, { freeMemoryBytes = freemem }: ScannerPorts): boolean {
  return freeMemoryBytes() >= count * bytesForEach
}

async function scanOnce(scan: Scan, ports: ScannerPorts): Promise<ScanResult> {
  const start = ports.clock.now()
  const { scanner, options } = scan
  const binding = await inventoryBinding(scan.subject)
  const cached = await cachedScan(scan, ports)
  const raw = cached ?? (await scanNow(scan, ports))
  const report = await trustedReport(raw, { ...scan, binding }, ports)
  if (cached === undefined) await keepScan(scan, raw, ports)
  const seconds = secondsSince(start, ports.clock)
  const how = cached === undefined ? `in ${seconds.toFixed(1)} s` : 'from the cache'
  ports.log.info(
    `${scannerTitles[scanner.name]} ${scanner.version} looked for ${options.kinds.join(', ')}: ${report.findings.length} findings, ${how}`,
  )
  return { scanner, report, text: raw.text, isCached: cached !== undefined, seconds }
}

/** An SBOM that says which image it describes must be of this one. */
async function inventoryBinding({ image, sbom }: ScanSubject): Promise<Binding | undefined> {
  return sbom === undefined ? undefined : bindInventory(await readFile(sbom, 'utf8'), sbom, image)
}

async function scanNow({ scanner, subject, options }: Scan, ports: ScannerPorts): Promise<RawScan> {
  const folder = await ports.files.temporaryFolder('scan')
  const target =
    subject.sbom === undefined
      ? ({ kind: 'layout', path: await viewOf(subject, folder) } as const)
      : ({ kind: 'sbom', path: subject.sbom } as const)
  const { kinds, databaseMaxAgeSeconds, timeoutSeconds, mirrors } = options
  const program = await scanner.file()
  const order = {
    scanner: scanner.name,
    program,
    target,
    kinds,
    databaseMaxAgeSeconds,
    timeoutSeconds,
  }
  return runScanner({ ...order, mirror: mirrors?.[scanner.name] }, folder, ports)
}

async function trustedReport(
  raw: RawScan,
  { scanner, subject, options, binding }: Scan & { readonly binding: Binding | undefined },
  { clock }: ScannerPorts,
): Promise<ScanReport> {
  const title = scannerTitles[scanner.name]
  const report = readReport(raw.text, {
    name: `the report of ${title}`,
    format: scanner.name,
    image: subject.image,
    binding,
    databaseMaxAgeSeconds: options.databaseMaxAgeSeconds,
    now: clock.now(),
    database: raw.database,
    packageCount: raw.packageCount,
  })
  if (report.database === undefined) {
    throw badDatabase(title, `Nothing says when it was built: ${title} has none.`)
  }
  if (report.packageCount === 0) await refuseBlindness(report, subject, title)
  return report
}

/** No packages is a good answer for one static program, and a bad one for an operating system. */
async function refuseBlindness(
  { operatingSystem }: ScanReport,
  subject: ScanSubject,
  title: string,
): Promise<void> {
  const system = operatingSystem ?? (await systemFileIn(subject))
  if (system !== undefined) throw nothingSeen(title, system)
}
