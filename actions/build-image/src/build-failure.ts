import { ConfigurationError } from '@oke-pipeline/core'
import type { Place } from '@oke-pipeline/core'
import type { BuildRequest } from './build-request.ts'
import { dockerfileOf } from './check-inputs.ts'

const lastLines = 20

/** The error for a build that its engine gave up, with the end of what it said. */
export function buildFailure(request: BuildRequest, stderr: string): ConfigurationError {
  const said = stderr.trim().split(/\r?\n/).slice(-lastLines).join('\n')
  const place = placeIn(request, stderr)
  return new ConfigurationError({
    title: `Build of "${dockerfileOf(request.inputs)}" failed`,
    explanation: `${request.inputs.engine} said:\n${said}\n`,
    remedy: remedyFor(stderr),
    ...(place === undefined ? {} : { place }),
  })
}

/** What to do about a failure, by what the builder said of it. */
export function remedyFor(stderr: string): string {
  return stderr.includes('no space left on device')
    ? 'The disk is full: free space on this runner in an earlier step.'
    : 'The whole output is in the log of this step.'
}

/** BuildKit heads the excerpt of the failing instruction with `Dockerfile:12`. */
function placeIn({ inputs }: BuildRequest, stderr: string): Place | undefined {
  const line = /^(?:\S*\/)?[^\s/:]+:(\d+)\n-{10,}$/m.exec(stderr)?.[1]
  if (line === undefined) return undefined
  return { file: dockerfileOf(inputs), line: Number(line) }
}
