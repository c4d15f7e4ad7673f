import { ConfigurationError, ServiceError } from '@oke-pipeline/core'
import type { Place, ReportedError } from '@oke-pipeline/core'
import type { BuildRequest } from './build-request.ts'
import { dockerfileOf } from './input-paths.ts'
import type { Progress } from './progress/progress.ts'
import { terminalText } from './progress/terminal-text.ts'

const lastLines = 20
const fullDisk = /no space left on device/i

/** How an engine gave up. */
export interface FailedBuild {
  readonly title: string
  readonly exitCode: number
  readonly progress: Progress
}

/** The error for a build that its engine gave up, with the end of what was said. */
export function buildFailure(
  request: BuildRequest,
  { title, exitCode, progress }: FailedBuild,
): ReportedError {
  const { said, failedOutput } = progress
  const whole = [...failedOutput, said].join('\n')
  if (isBuilderGone(said)) return builderGone(title, said)
  const place = placeIn(request, said)
  return new ConfigurationError({
    title: `Build of "${dockerfileOf(request.inputs)}" failed`,
    explanation: `${title} said:\n${quoted(said, failedOutput, exitCode)}\n`,
    remedy: remedyFor(whole),
    ...(place === undefined ? {} : { place }),
  })
}

/** The output of the failed step comes before what the engine says of it. */
function quoted(said: string, output: readonly string[], exitCode: number): string {
  const lines = [...output, ...said.trim().split(/\r?\n/)].filter((line) => line.trim() !== '')
  if (lines.length === 0) return `nothing; it ended with ${exitCode}.`
  return lines
    .slice(-2 * lastLines)
    .map(terminalText)
    .join('\n')
}

/**
 * gRPC's words for a daemon that does not answer any more. A disk that is full breaks the stream
 * to the daemon too, and is then the cause.
 */
function isBuilderGone(said: string): boolean {
  if (fullDisk.test(said)) return false
  return /code = (?:Unavailable|Canceled desc = grpc)|error reading from server: EOF|failed to receive status/.test(
    said,
  )
}

function builderGone(title: string, said: string): ServiceError {
  return new ServiceError({
    service: 'builder',
    title: 'The builder stopped answering',
    explanation: `${title} lost its builder in the middle of the build: ${terminalText(said.trim().split(/\r?\n/).at(-1) ?? '')}`,
    remedy:
      'Look at the log of the builder; most often it ran out of memory, or its machine was taken away. Then run the job again.',
    isRetryable: true,
  })
}

const remedies: readonly (readonly [RegExp, string])[] = [
  [fullDisk, 'The disk is full: free space on this runner in an earlier step.'],
  [
    /exec format error/i,
    'A program of another platform was run without an emulator: add docker/setup-qemu-action before this step, or use a runner of that platform.',
  ],
  [/target stage|The target "/, 'Check "target": see the stages that the Dockerfile has.'],
  [
    /failed to resolve source metadata|pull access denied|unable to pull|initializing source/i,
    'Check the name of the base image; for a private one, log in to its registry in an earlier step.',
  ],
  [
    /: not found$|no such file or directory/m,
    'Check that the file is in the context, and that .dockerignore does not leave it out.',
  ],
]

/** What to do about a failure, by what the builder said of it. */
export function remedyFor(said: string): string {
  const known = remedies.find(([pattern]) => pattern.test(said))
  return known?.[1] ?? 'The whole output is in the log of this step.'
}

/** BuildKit heads the excerpt of the failing instruction with `Dockerfile:12`. */
function placeIn({ inputs }: BuildRequest, said: string): Place | undefined {
  const line =
    /^(?:\S*\/)?[^\s/:]+:(\d+)\n-{10,}$/m.exec(said)?.[1] ??
    /\b(?:on|at) line (\d+)\b/.exec(said)?.[1]
  if (line === undefined) return undefined
  return { file: dockerfileOf(inputs), line: Number(line) }
}
