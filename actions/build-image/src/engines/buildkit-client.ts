import { secondsSince } from '@oke-pipeline/core'
import * as v from 'valibot'
import { buildFailure } from '../build-failure.ts'
import type { BuildRecord } from '../build-record.ts'
import type { BuildPorts, BuildRequest } from '../build-request.ts'
import { buildKitProgress } from '../progress/buildkit-progress.ts'
import { remarksOn } from '../remarks.ts'

/** A run of a BuildKit client that reports its progress as JSON, and the rest in a file. */
export interface ClientRun {
  readonly file: string
  readonly args: readonly string[]
  readonly metadata: string
  readonly title: string
}

/** The client's output is shown as it comes; what is kept is for a client that says no JSON. */
const charactersKept = 64 * 1024

const metadataSchema = v.looseObject({ 'containerimage.digest': v.string() })

/** Runs buildx or buildctl, shows what it does, and reads what it says of the image. */
export async function runClient(
  { file, args, metadata, title }: ClientRun,
  request: BuildRequest,
  ports: BuildPorts,
): Promise<BuildRecord> {
  const start = ports.clock.now()
  const reader = buildKitProgress(ports)
  const onLine = (line: string): void => reader.onLine(line)
  try {
    const { exitCode } = await ports.exec.run({
      ...{ file, args, onLine, keepsLast: charactersKept },
      // It comes with the image, as what BuildKit attests: asking for it again takes time.
      environment: { BUILDX_METADATA_PROVENANCE: 'disabled' },
    })
    const progress = reader.end()
    ports.annotate(remarksOn(progress, request.inputs))
    if (exitCode !== 0) throw buildFailure(request, { title, exitCode, progress })
    const seconds = secondsSince(start, ports.clock)
    const known = v.parse(metadataSchema, JSON.parse(await ports.files.readText(metadata)))
    const { steps, warnings } = progress
    const digest = known['containerimage.digest']
    return { digest, builtWith: title, seconds, steps, warnings, metadata: known }
  } finally {
    reader.end()
  }
}
