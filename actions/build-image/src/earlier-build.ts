import { messageOf } from '@oke-pipeline/core'
import * as v from 'valibot'
import type { BuildPorts } from './build-request.ts'

/** What the file of metadata says that it is. */
export const metadataSchemaName = 'build-image/v1'

const earlierSchema = v.object({
  schema: v.literal(metadataSchemaName),
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
