import { secondsSince } from '@oke-pipeline/core'
import { formatPlatform } from '@oke-pipeline/image'
import { judge, mergeReports } from '@oke-pipeline/scan'
import type { GateReport, Judgement, ReportedScan, ScanReport } from '@oke-pipeline/scan'
import { findBaseline } from './baseline.ts'
import { changedWaivers } from './changed-waivers.ts'
import type { GatePorts } from './gate-ports.ts'
import type { GateRules } from './gate-rules.ts'
import { keepVerdict } from './keep-verdict.ts'
import { layoutEvidence } from './layout-evidence.ts'
import { obtainScanners } from './obtain-scanners.ts'
import { openOciScan, signedIn } from './oci-vulnerability-scanning.ts'
import { openTarget } from './open-target.ts'
import type { Target } from './open-target.ts'
import type { GateInputs } from './read-gate-inputs.ts'
import { readReports, scanImage } from './scan-images.ts'
import type { ScannedImage } from './scan-images.ts'
import { dockerfileText, sourcePlaces } from './source-places.ts'
import { writeReports } from './write-reports.ts'
import type { WrittenReports } from './write-reports.ts'

/** An image, judged, and what was written about it. */
export interface GateResult {
  readonly report: GateReport
  readonly written: WrittenReports
  /** The digest of the referrer by which the verdict is kept with the image. */
  readonly statement: string | undefined
  readonly seconds: number
}

/**
 * Checks that the image is the one that is meant, scans it, and holds what was found against the
 * rules. There is no way to a verdict but through reports that are whole, recent, and about that
 * image.
 */
export async function run({ inputs, rules }: GateInputs, ports: GatePorts): Promise<GateResult> {
  const startedAt = ports.clock.now()
  const oci = await openOciScan(inputs, ports)
  const withLogin = await signedIn(inputs, inputs.image, oci)
  const target = await openTarget(withLogin, ports)
  const evidence = await layoutEvidence(target.layout, withLogin, ports)
  const scanners = await obtainScanners(inputs, ports)
  const dockerfile = await dockerfileText(inputs.dockerfile, ports.files)
  const scanned = await scanImage({ layout: target.layout, scanners, inputs, dockerfile }, ports)
  const reports = [
    ...scanned.reports,
    ...(await readReports(scanned, inputs, ports)),
    ...(oci === undefined ? [] : [await oci.report(target.layout.images.length)]),
  ]
  const finishedAt = ports.clock.now()
  const compared = await signedIn(inputs, inputs['baseline-image'], oci)
  const baseline = await findBaseline({ inputs: compared, scanners }, ports)
  const vex = [...rules.vex, ...evidence.vex]
  const judgement = judge(mergeReports(reports), {
    ...imageOf(target),
    ...contextOf(rules),
    vex,
    baseline,
    now: ports.clock.now(),
  })
  const report = await reportOn({ judgement, target, scanned, reports }, { inputs, rules }, ports)
  const sources = { texts: scanned.texts, sbom: evidence.sbom }
  return {
    report,
    written: await writeReports(report, sources, inputs, ports.files),
    statement: target.isKept
      ? await keepVerdict(target.layout, { judgement, reports, startedAt, finishedAt })
      : undefined,
    seconds: secondsSince(startedAt, ports.clock),
  }
}

function imageOf({ layout, imageName }: Target): {
  digest: string
  platforms: { name: string; digest: string }[]
  repository?: string
} {
  return {
    digest: layout.digest,
    platforms: layout.images.map(({ descriptor, config }) => ({
      name: formatPlatform(config.platform),
      digest: descriptor.digest,
    })),
    ...(imageName === undefined ? {} : { repository: imageName }),
  }
}

function contextOf({
  policy,
  waivers,
}: GateRules): Pick<Parameters<typeof judge>[1], 'policy' | 'waivers'> {
  return { policy, waivers: waivers.flatMap((file) => file.waivers) }
}

interface Judged {
  readonly judgement: Judgement
  readonly target: Target
  readonly scanned: ScannedImage
  readonly reports: readonly ScanReport[]
}

async function reportOn(
  { judgement, target, scanned, reports }: Judged,
  { inputs, rules }: GateInputs,
  ports: GatePorts,
): Promise<GateReport> {
  const waivers = await changedWaivers(rules.waivers, inputs, ports)
  const notes = rules.waivers.flatMap((file) => file.notes)
  const said = [
    ...judgement.warnings,
    ...notes,
    ...(waivers.problem === undefined ? [] : [waivers.problem]),
  ]
  const findings = judgement.findings.map(({ finding }) => finding)
  const { platforms } = scanned
  return {
    judgement: { ...judgement, warnings: said },
    scans: reports.map(reportedScan),
    imageName: target.imageName,
    baseImage: platforms.map(({ lines }) => lines.baseImage).find((name) => name !== undefined),
    waiverChanges: waivers.changes,
    placeOf: await sourcePlaces(
      { dockerfile: inputs.dockerfile, platforms, findings },
      ports.files,
    ),
    runUrl: ports.run.runUrl,
  }
}

function reportedScan(report: ScanReport): ReportedScan {
  const { platform, digest, scanner, database, ignoredCount, alerts } = report
  return {
    platform: platform ?? '',
    digest,
    scanner,
    databaseBuilt: database?.built,
    ignoredCount,
    alerts,
  }
}
