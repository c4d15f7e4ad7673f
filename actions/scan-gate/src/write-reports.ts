import { join } from 'node:path'
import type { Files } from '@oke-pipeline/core'
import { renderCsv, renderHtml, renderJson, renderSarif } from '@oke-pipeline/scan'
import type { GateReport } from '@oke-pipeline/scan'
import type { Inputs } from './declaration.ts'
import type { ScannedImage } from './scan-images.ts'

/** Absolute paths of what was written. */
export interface WrittenReports {
  readonly report: string
  readonly sarif: string | undefined
  readonly html: string | undefined
  readonly csv: string | undefined
  readonly scannerReports: readonly string[]
  readonly sbom: string | undefined
}

/** What is written besides the report itself. */
export interface ReportSources {
  readonly texts: ScannedImage['texts']
  /** The SBOM that is kept with the image. */
  readonly sbom: string | undefined
}

/** Writes the report in every form that is asked for. */
export async function writeReports(
  report: GateReport,
  { texts, sbom }: ReportSources,
  inputs: Inputs,
  files: Files,
): Promise<WrittenReports> {
  const folder = join(files.temp, 'scan-gate', report.judgement.digest.replace(':', '-'))
  const write = async (path: string, text: string): Promise<string> => {
    await files.writeText(path, text)
    return files.locate(path)
  }
  const maybe = async (path: string | undefined, render: () => string) =>
    path === undefined ? undefined : write(path, render())
  return {
    report: await write(inputs.report ?? join(folder, 'report.json'), renderJson(report)),
    sarif: await maybe(inputs.sarif, () => sarifText(report, inputs)),
    html: await maybe(inputs.html, () => renderHtml(report)),
    csv: await maybe(inputs.csv, () => renderCsv(report)),
    scannerReports: await Promise.all(
      texts.map(({ name, text }) => write(join(folder, name), text)),
    ),
    sbom:
      inputs.sbom === undefined
        ? await maybe(sbom && join(folder, 'sbom.json'), () => sbom ?? '')
        : await files.locate(inputs.sbom),
  }
}

function sarifText(report: GateReport, inputs: Inputs): string {
  return renderSarif(report, { category: inputs['sarif-category'], includeSuppressed: true }).text
}
