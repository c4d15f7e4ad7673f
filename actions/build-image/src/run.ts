import { ServiceError, assertNever, secondsSince } from '@oke-pipeline/core'
import { openLayout } from '@oke-pipeline/image'
import type { Digest } from '@oke-pipeline/image'
import type { BuildPorts, BuildRequest } from './build-request.ts'
import { buildWithBuildah } from './buildah.ts'
import { buildWithBuildx } from './buildx.ts'
import { dockerfileOf, layoutPathOf } from './check-inputs.ts'
import type { Inputs } from './declaration.ts'

/** The image that was built. */
export interface BuildResult {
  readonly digest: Digest
  readonly layout: string
  readonly sizeBytes: number
  readonly platforms: readonly string[]
  readonly engine: string
  readonly seconds: number
}

/**
 * Builds the image into an OCI image layout, and checks that the layout is whole and is what the
 * builder says that it built.
 */
export async function run(inputs: Inputs, ports: BuildPorts): Promise<BuildResult> {
  const { files, clock, log } = ports
  const start = clock.now()
  const request: BuildRequest = {
    inputs,
    context: await files.locate(inputs.context),
    dockerfile: await files.locate(dockerfileOf(inputs)),
    layout: await files.locate(layoutPathOf(inputs, files)),
  }
  await files.remove(request.layout)
  const built = await log.group(`Build ${dockerfileOf(inputs)} with ${inputs.engine}`, () =>
    build(request, ports),
  )
  const layout = await openLayout(request.layout)
  await layout.verify()
  assertSame(layout.digest, built)
  log.info(`Built ${layout.digest}`)
  return {
    digest: layout.digest,
    layout: request.layout,
    sizeBytes: layout.sizeBytes,
    platforms: layout.platforms,
    engine: inputs.engine,
    seconds: secondsSince(start, clock),
  }
}

async function build(request: BuildRequest, ports: BuildPorts): Promise<string> {
  const { engine } = request.inputs
  switch (engine) {
    case 'buildx':
      return buildWithBuildx(request, ports)
    case 'buildah':
      return buildWithBuildah(request, ports)
    default:
      return assertNever(engine)
  }
}

function assertSame(found: Digest, reported: string): void {
  if (found === reported) return
  throw new ServiceError({
    service: 'builder',
    title: 'The layout is not what was built',
    explanation: `The builder reports ${reported}, but the layout holds ${found}.`,
    remedy: 'Check that nothing else writes to this folder while the image is built.',
  })
}
