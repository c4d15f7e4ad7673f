import { ConfigurationError } from '@oke-pipeline/core'
import type { Place } from '@oke-pipeline/core'
import { dockerfileOf } from './check-inputs.ts'
import type { BuildRequest } from './run.ts'

const lastLines = 20

/** The error for a build that its engine gave up, with the end of what it said. */
export function buildFailure(request: BuildRequest, stderr: string): ConfigurationError {
  const said = stderr.trim().split(/\r?\n/).slice(-lastLines).join('\n')
  const place = placeIn(request, stderr)
  return new ConfigurationError({
    title: `Build of "${dockerfileOf(request.inputs)}" failed`,
    explanation: `${request.inputs.engine} said:\n${said}\n`,
    remedy: 'The whole output is in the log of this step.',
    ...(place === undefined ? {} : { place }),
  })
}

/** BuildKit heads the excerpt of the failing instruction with `Dockerfile:12`. */
function placeIn({ inputs }: BuildRequest, stderr: string): Place | undefined {
  const line = /^(?:\S*\/)?[^\s/:]+:(\d+)\n-{10,}$/m.exec(stderr)?.[1]
  if (line === undefined) return undefined
  return { file: dockerfileOf(inputs), line: Number(line) }
}
