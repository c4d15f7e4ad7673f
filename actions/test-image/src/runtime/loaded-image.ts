import { ReportedError } from '@oke-pipeline/core'
import type { Ports } from '@oke-pipeline/core'
import type { ImageSource, LoadedImage } from './image-source.ts'
import { loadArchive } from './load-archive.ts'
import { pullLayout } from './pull-layout.ts'
import type { Runtime } from './runtime.ts'

const attempts = 3

/**
 * Brings an image of a layout into the runtime, and asserts that the runtime calls it by the same
 * digest. Another job on this machine that removes the same image at that moment may take it away:
 * so it is tried again.
 * @throws GateError when the runtime has another image than the layout.
 */
export async function loadImage(
  runtime: Runtime,
  source: ImageSource,
  ports: Pick<Ports, 'exec' | 'files' | 'log'>,
): Promise<LoadedImage> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await loadOnce(runtime, source, ports)
    } catch (error) {
      if (!(error instanceof ReportedError) || attempt === attempts) throw error
      ports.log.debug(`Attempt ${attempt} to load the image: ${error.message}`)
    }
  }
}

function loadOnce(
  runtime: Runtime,
  source: ImageSource,
  ports: Pick<Ports, 'exec' | 'files'>,
): Promise<LoadedImage> {
  return runtime.name === 'podman'
    ? pullLayout(source, ports)
    : loadArchive(runtime.name, source, ports)
}
