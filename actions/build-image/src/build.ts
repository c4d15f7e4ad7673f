import { rename } from 'node:fs/promises'
import { ServiceError, assertNever } from '@oke-pipeline/core'
import { openLayout } from '@oke-pipeline/image'
import type { BuildRecord } from './build-record.ts'
import type { BuildPorts, BuildRequest } from './build-request.ts'
import { buildWithBuildah } from './buildah.ts'
import { buildWithBuildx } from './buildx.ts'
import { dockerfileOf } from './check-inputs.ts'
import type { Built } from './facts.ts'

/**
 * Phase "build": the engine writes the layout beside its place; it gets there when it is whole, and
 * is what the engine says that it built.
 */
export async function build(
  request: BuildRequest,
  target: string,
  ports: BuildPorts,
): Promise<Built> {
  const { files, log, signal } = ports
  const { inputs } = request
  try {
    const record = await log.group(`Build ${dockerfileOf(inputs)}`, () => engineOf(request, ports))
    const unfinished = await openLayout(request.layout)
    await unfinished.verify(signal)
    assertSame(unfinished.digest, record.digest)
    await files.remove(target)
    await rename(request.layout, target)
    return { request, record, layout: await openLayout(target) }
  } finally {
    await files.remove(request.layout)
  }
}

async function engineOf(request: BuildRequest, ports: BuildPorts): Promise<BuildRecord> {
  const { engine } = request.inputs
  switch (engine) {
    case 'auto':
    case 'buildctl':
    case 'buildx':
      return recordOf(await buildWithBuildx(request, ports), 'buildx')
    case 'buildah':
      return recordOf(await buildWithBuildah(request, ports), 'buildah')
    default:
      return assertNever(engine)
  }
}

function recordOf(digest: string, builtWith: string): BuildRecord {
  return { digest, builtWith, steps: [], warnings: [], metadata: {} }
}

function assertSame(found: string, reported: string): void {
  if (found === reported) return
  throw new ServiceError({
    service: 'builder',
    title: 'The layout is not what was built',
    explanation: `The builder reports ${reported}, but the layout holds ${found}.`,
    remedy: 'Check that nothing else writes to this folder while the image is built.',
  })
}
