import type { Ports } from '@oke-pipeline/core'
import { removeContainer } from './container.ts'
import { removeImageArguments } from './podman-arguments.ts'

/** The state under which the name of this run's containers and image is kept for `post`. */
export const nameState = 'name'

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
