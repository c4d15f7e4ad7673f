import type { ContainerEnd } from './inspect-container.ts'
import type { Runtime } from './runtime.ts'

/** Why a container ended as it did, in a sentence. */
export function explainEnd(
  { exitCode, isOutOfMemory, hasRun }: ContainerEnd,
  { name: runtime }: Pick<Runtime, 'name'>,
  stderr = '',
): string {
  if (isOutOfMemory) return 'It was killed because it used more memory than it may.'
  if (!hasRun) return notStarted(exitCode, runtime, stderr)
  if (exitCode === 137) return 'It was killed (exit status 137, SIGKILL).'
  return `It ended with exit status ${exitCode}.`
}

function notStarted(exitCode: number, runtime: string, stderr: string): string {
  if (exitCode === 127) return `Its program is not in the image (${runtime} ended with status 127).`
  const said = stderr.trim().split('\n').at(-1) ?? ''
  const because = said === '' ? '.' : `: ${said}.`
  if (exitCode === 126) {
    return `Its program cannot be executed (${runtime} ended with status 126)${because}`
  }
  return `${runtime} could not start it (exit status ${exitCode})${because}`
}
