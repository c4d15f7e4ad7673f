import { messageOf } from '@oke-pipeline/core'
import * as v from 'valibot'
import type { BuildPorts } from './build-request.ts'
import type { BuildResult } from './build-result.ts'

const schemaName = 'build-image/v1'

/** The file beside the layout that says everything that is known of the build. */
export function metadataPathOf(layout: string): string {
  return `${layout}.metadata.json`
}

/** Writes what is known of a build, for later steps and for the comparison with the next build. */
export async function writeMetadata(result: BuildResult, ports: BuildPorts): Promise<void> {
  const { record, facts, choice, judgement } = result
  const document = {
    schema: schemaName,
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

const earlierSchema = v.object({
  schema: v.literal(schemaName),
  digest: v.string(),
  sizeBytes: v.number(),
})

/** An earlier build, as far as a later one is compared with it. */
export type EarlierBuild = v.InferOutput<typeof earlierSchema>

/** Reads the metadata of an earlier build; undefined where there is none, as before the first. */
export async function readEarlierBuild(
  path: string | undefined,
  { files, log }: BuildPorts,
): Promise<EarlierBuild | undefined> {
  if (path === undefined || (await files.kindOf(path)) !== 'file') return undefined
  try {
    return v.parse(earlierSchema, JSON.parse(await files.readText(path)))
  } catch (error) {
    // Nothing but a line of the summary hangs on it.
    log.warning(`"${path}" is no metadata of an earlier build: ${messageOf(error)}`)
    return undefined
  }
}
