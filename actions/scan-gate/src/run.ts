import { GateError, secondsSince } from '@oke-pipeline/core'
import { openLayout } from '@oke-pipeline/image'
import type { Digest, Layout } from '@oke-pipeline/image'
import { judgeByCutoff, sortFindings } from '@oke-pipeline/scan'
import type { Policy, Verdict } from '@oke-pipeline/scan'
import type { Inputs } from './declaration.ts'
import type { GatePorts } from './gate-ports.ts'
import { obtainGrype } from './obtain-grype.ts'
import { scanImage } from './scan-image.ts'
import type { ScannedImage } from './scan-image.ts'

/** An image, judged. */
export interface GateResult {
  readonly digest: Digest
  readonly judgement: Verdict
  readonly policy: Policy
  /** One for each platform. */
  readonly images: readonly ScannedImage[]
  readonly mode: Inputs['mode']
  readonly at: Date
  readonly seconds: number
}

/**
 * Checks that the layout is the image that is meant, scans it, and judges what was found. There is
 * no way to a verdict but through a report that is whole, recent, and about that image.
 */
export async function run(inputs: Inputs, ports: GatePorts): Promise<GateResult> {
  const start = ports.clock.now()
  const layout = await openLayout(await ports.files.locate(inputs.layout), {
    digest: inputs.digest,
  })
  requireImages(layout)
  await layout.verify(ports.signal)
  const { file: grype } = await obtainGrype(inputs, ports)
  const images: ScannedImage[] = []
  for (const image of layout.images) {
    images.push(await scanImage({ grype, layout, image, inputs }, ports))
  }
  const policy = policyOf(inputs)
  const findings = sortFindings(images.flatMap(({ report }) => report.findings))
  return {
    digest: layout.digest,
    judgement: judgeByCutoff(findings, policy),
    policy,
    images,
    mode: inputs.mode,
    at: ports.clock.now(),
    seconds: secondsSince(start, ports.clock),
  }
}

/** Nothing to scan would be nothing found: no reason to open the gate. */
function requireImages({ images, path, digest }: Layout): void {
  if (images.length > 0) return
  throw new GateError({
    title: `Layout "${path}" has no image to scan`,
    explanation: `${digest} leads to no image that can be run.`,
    remedy: 'Give the layout that an image was built into.',
  })
}

function policyOf(inputs: Inputs): Policy {
  return {
    cutoff: inputs['severity-cutoff'],
    onlyFixed: inputs['only-fixed'],
    failOnUnknown: inputs['fail-on-unknown'],
  }
}
