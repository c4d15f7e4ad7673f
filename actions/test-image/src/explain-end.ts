import type { ContainerEnd } from './container.ts'

/** Why a container ended as it did, in a sentence. */
export function explainEnd({ exitCode, isOutOfMemory, hasRun }: ContainerEnd): string {
  if (isOutOfMemory) return 'It was killed because it used more memory than there is.'
  if (!hasRun) return notStarted(exitCode)
  if (exitCode === 137) return 'It was killed (exit status 137, SIGKILL).'
  return `It ended with exit status ${exitCode}.`
}

function notStarted(exitCode: number): string {
  if (exitCode === 127) return 'Its program is not in the image (podman ended with status 127).'
  if (exitCode === 126) return 'Its program cannot be executed (podman ended with status 126).'
  return `podman could not start it (exit status ${exitCode}).`
}
