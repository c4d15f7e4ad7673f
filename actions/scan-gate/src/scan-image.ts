import { join } from 'node:path'
import { formatPlatform } from '@oke-pipeline/image'
import type { Layout, LayoutImage } from '@oke-pipeline/image'
import { readGrypeReport, scanLayout } from '@oke-pipeline/scan'
import type { ScanReport } from '@oke-pipeline/scan'
import type { Inputs } from './declaration.ts'
import type { GatePorts } from './gate-ports.ts'

/** One image of a layout, and with what to scan it. */
export interface ImageToScan {
  readonly grype: string
  readonly layout: Layout
  readonly image: LayoutImage
  readonly inputs: Inputs
}

/** What was found in one image. */
export interface ScannedImage {
  readonly platform: string
  readonly report: ScanReport
  /** Where Grype's own report is kept. */
  readonly reportPath: string
}

/**
 * Scans one image, and keeps the report once it is known to be about this image.
 * @throws GateError or ServiceError when there is no report to trust.
 */
export async function scanImage(subject: ImageToScan, ports: GatePorts): Promise<ScannedImage> {
  const { image, inputs } = subject
  const platform = formatPlatform(image.config.platform)
  const text = await ports.log.group(`Scan ${image.descriptor.digest} (${platform})`, () =>
    scan(subject, platform, ports),
  )
  const report = readGrypeReport(text, {
    digest: image.descriptor.digest,
    databaseMaxAgeSeconds: inputs['database-max-age'],
    now: ports.clock.now(),
  })
  const path = reportPathOf(subject, platform, ports)
  await ports.files.writeText(path, text)
  return { platform, report, reportPath: await ports.files.locate(path) }
}

function scan(
  { grype, layout, inputs }: ImageToScan,
  platform: string,
  { scanner, files }: GatePorts,
): Promise<string> {
  const request = {
    grype,
    layout: layout.path,
    platform: hasSeveral(layout) ? platform : undefined,
    databaseMaxAgeSeconds: inputs['database-max-age'],
    timeoutSeconds: inputs.timeout,
  }
  return scanLayout(request, { exec: scanner, files })
}

function reportPathOf(
  { layout, inputs }: ImageToScan,
  platform: string,
  { files }: GatePorts,
): string {
  const name = `${layout.digest.replace(':', '-')}.json`
  const path = inputs.report ?? join(files.temp, 'scan-gate', name)
  if (!hasSeveral(layout)) return path
  return `${path.replace(/\.json$/, '')}-${platform.replaceAll('/', '-')}.json`
}

function hasSeveral(layout: Layout): boolean {
  return layout.images.length > 1
}
