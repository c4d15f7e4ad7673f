import { formatPlatform } from '@oke-pipeline/image'
import type { Layout, LayoutImage } from '@oke-pipeline/image'
import { mergeReports, readReport, scanWith } from '@oke-pipeline/scan'
import type {
  Finding,
  ImageIdentity,
  ScanOptions,
  ScanReport,
  ScanSubject,
  Scanner,
} from '@oke-pipeline/scan'
import type { Inputs } from './declaration.ts'
import { dockerfileLines } from './dockerfile-lines.ts'
import type { DockerfileLines } from './dockerfile-lines.ts'
import type { GatePorts } from './gate-ports.ts'
import { cacheFolder } from './obtain-scanners.ts'

/** An image to be scanned, and with what. */
export interface ImageScan {
  readonly layout: Layout
  readonly scanners: readonly Scanner[]
  readonly inputs: Inputs
  /** The text of the Dockerfile that it was built from; undefined where that is not known. */
  readonly dockerfile: string | undefined
}

/** One of the images of a layout: of one platform. */
export interface PlatformImage {
  readonly identity: ImageIdentity
  readonly image: LayoutImage
  readonly lines: DockerfileLines
}

/** What scanners and reports say of an image. */
export interface ScannedImage {
  readonly platforms: readonly PlatformImage[]
  readonly reports: readonly ScanReport[]
  /** What several found is one finding. Worst first. */
  readonly findings: readonly Finding[]
  /** The reports as the scanners wrote them, by a name for their file. */
  readonly texts: readonly { readonly name: string; readonly text: string }[]
}

/**
 * Scans every platform of an image with every scanner, one after the other.
 * @throws GateError or ServiceError when there is no report to trust.
 */
export async function scanImage(scan: ImageScan, ports: GatePorts): Promise<ScannedImage> {
  const platforms = platformsOf(scan)
  const reports: ScanReport[] = []
  const texts: { readonly name: string; readonly text: string }[] = []
  for (const platform of platforms) {
    const results = await scanPlatform(scan, platform, ports)
    for (const { scanner, report, text } of results) {
      reports.push(report)
      texts.push({ name: fileNameOf(scanner.name, platform), text })
    }
  }
  return { platforms, reports, texts, findings: mergeReports(reports) }
}

function platformsOf({ layout, dockerfile }: ImageScan): readonly PlatformImage[] {
  return layout.images.map((image) => {
    const lines = dockerfileLines(dockerfile, image)
    return { image, lines, identity: identityOf(layout, image, lines.baseLayerCount) }
  })
}

function identityOf(
  { digest, images }: Layout,
  { descriptor, manifest, config }: LayoutImage,
  baseLayerCount: number | undefined,
): ImageIdentity {
  return {
    digest: descriptor.digest,
    indexDigest: digest === descriptor.digest ? undefined : digest,
    configDigest: manifest.config.digest,
    layers: manifest.layers.flatMap((layer, index) => {
      const diffId = config.diffIds[index]
      return diffId === undefined ? [] : [{ diffId, digest: layer.digest }]
    }),
    baseLayerCount,
    platform: images.length > 1 ? formatPlatform(config.platform) : undefined,
  }
}

async function scanPlatform(
  { layout, scanners, inputs }: ImageScan,
  { identity, image: { descriptor } }: PlatformImage,
  ports: GatePorts,
): Promise<Awaited<ReturnType<typeof scanWith>>> {
  const {
    files,
    log,
    clock,
    scanner: exec,
    scannerEnvironment: environment,
    freeMemoryBytes,
  } = ports
  const subject: ScanSubject = {
    image: identity,
    layout: layout.path,
    manifest: { mediaType: descriptor.mediaType, size: descriptor.size },
    sbom: inputs.sbom === undefined ? undefined : await files.locate(inputs.sbom),
  }
  const options = {
    databaseMaxAgeSeconds: inputs['database-max-age'],
    timeoutSeconds: inputs.timeout,
    kinds: inputs.kinds,
    mirrors: mirrorsOf(inputs),
    cache: await cacheFolder(inputs, ports),
  }
  const platform = identity.platform === undefined ? '' : ` (${identity.platform})`
  return log.group(`Scan ${identity.digest}${platform}`, () =>
    scanWith(scanners, subject, options, { exec, files, log, clock, environment, freeMemoryBytes }),
  )
}

function mirrorsOf(inputs: Inputs): NonNullable<ScanOptions['mirrors']> {
  const { 'grype-database': grype, 'trivy-database': trivy } = inputs
  return {
    ...(grype === undefined ? {} : { grype }),
    ...(trivy === undefined ? {} : { trivy }),
  }
}

function fileNameOf(scanner: string, { identity: { platform } }: PlatformImage): string {
  return `${scanner}${platform === undefined ? '' : `-${platform.replaceAll('/', '-')}`}.json`
}

/**
 * Reads the reports that other steps made. With several platforms, a report is about the one that
 * it names.
 * @throws GateError when one cannot be used.
 */
export async function readReports(
  scanned: ScannedImage,
  inputs: Inputs,
  { files, clock }: Pick<GatePorts, 'files' | 'clock'>,
): Promise<readonly ScanReport[]> {
  const reports: ScanReport[] = []
  for (const file of inputs.reports ?? []) {
    const text = await files.readText(file)
    const read = ({ identity }: PlatformImage): ScanReport =>
      readReport(text, {
        name: `"${file}"`,
        image: identity,
        databaseMaxAgeSeconds: inputs['database-max-age'],
        now: clock.now(),
      })
    reports.push(firstThatFits(scanned.platforms, read))
  }
  return reports
}

/** The first answer; where there is none, what was wrong with the first. */
function firstThatFits<T, R>(candidates: readonly T[], attempt: (candidate: T) => R): R {
  let refusal: unknown
  for (const candidate of candidates) {
    try {
      return attempt(candidate)
    } catch (error) {
      refusal ??= error
    }
  }
  throw refusal
}
