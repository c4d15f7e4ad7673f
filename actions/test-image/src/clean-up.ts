import type { Ports } from '@oke-pipeline/core'
import { removeContainer } from './container.ts'
import { removeImageArguments } from './podman-arguments.ts'

/** The state under which the name of this run's containers and image is kept for `post`. */
export const nameState = 'name'

/** A name for one run, which no other job on this machine uses. */
export function newName({ random }: Pick<Ports, 'random'>): string {
  return `oke-pipeline-test-${Math.floor(random() * 2 ** 48).toString(16)}`
}

/** The containers of a run. */
export function containersOf(name: string): { readonly command: string; readonly service: string } {
  return { command: `${name}-command`, service: `${name}-service` }
}

/** Removes what a run may have left: its containers, and its name for the image. */
export async function cleanUp(name: string, ports: Pick<Ports, 'exec' | 'log'>): Promise<void> {
  const containers = containersOf(name)
  await removeContainer(containers.command, ports)
  await removeContainer(containers.service, ports)
  const { exitCode, stderr } = await ports.exec.run({
    file: 'podman',
    args: removeImageArguments(`localhost/${name}`),
  })
  if (exitCode !== 0) ports.log.warning(`Image "${name}" was not removed: ${stderr.trim()}`)
}
