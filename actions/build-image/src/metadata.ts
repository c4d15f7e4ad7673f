import type { BuildPorts } from './build-request.ts'
import type { BuildResult } from './build-result.ts'
import { metadataSchemaName } from './earlier-build.ts'

/** The file beside the layout that says everything that is known of the build. */
export function metadataPathOf(layout: string): string {
  return `${layout}.metadata.json`
}

/** Writes what is known of a build, for later steps and for the comparison with the next build. */
export async function writeMetadata(result: BuildResult, ports: BuildPorts): Promise<void> {
  const { record, facts, choice, judgement } = result
  const document = {
    schema: metadataSchemaName,
    digest: result.digest,
    image: result.image,
    tags: result.tags,
    platforms: result.platforms,
    sizeBytes: result.sizeBytes,
    layers: facts.layers,
    baseImages: facts.bases,
    policy: judgement.policy,
    violations: judgement.violations,
    engine: { title: record.builtWith, because: choice.because, skipped: choice.skipped },
    seconds: result.seconds,
    buildSeconds: record.seconds,
    steps: record.steps,
    warnings: record.warnings,
    builder: record.metadata,
  }
  await ports.files.writeText(result.metadata, `${JSON.stringify(document, undefined, 2)}\n`)
}
