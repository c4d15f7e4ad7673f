import { join } from 'node:path'
import type { BuildRecord } from '../build-record.ts'
import type { BuildPorts, BuildRequest } from '../build-request.ts'
import { runClient } from './buildkit-client.ts'
import { buildxArguments } from './buildx-arguments.ts'
import type { Buildx } from './find-buildx.ts'

/** The builder that buildx is to use, as log and summary name both. */
export interface BuildxBuilder {
  readonly buildx: Buildx
  readonly builder: string
  readonly title: string
}

/** Builds with BuildKit through buildx. */
export async function buildWithBuildx(
  request: BuildRequest,
  { buildx, builder, title }: BuildxBuilder,
  ports: BuildPorts,
): Promise<BuildRecord> {
  const metadata = join(await ports.files.temporaryFolder('buildx'), 'metadata.json')
  const args = [...buildx.prefix, ...buildxArguments(request, { builder, metadata })]
  return runClient({ file: buildx.file, args, metadata, title }, request, ports)
}
