import { ReportedError, ServiceError } from '@oke-pipeline/core'
import type { Ports } from '@oke-pipeline/core'
import type { Layout, LayoutImage } from '@oke-pipeline/image'
import { loadArchive } from './load-archive.ts'
import { pullLayout } from './pull-layout.ts'
import type { Runtime } from './runtime.ts'

/** An image that a runtime has, and that was shown to be the one of a layout. */
export interface LoadedImage {
  /** What `run` takes: something that names this image and never another one. */
  readonly reference: string
  /** What the runtime may call the image of a container; none where a pull by digest was enough. */
  readonly names: readonly string[]
}

/** An image of a layout, and the name that it gets in the runtime. */
export interface ImageSource {
  readonly layout: Layout
  readonly image: LayoutImage
  /** In lower case: `oke-pipeline-test-5f3a`. */
  readonly name: string
}

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

/** The error for a runtime that would not do what it was asked to. */
export function refused(service: string, title: string, stderr: string): ServiceError {
  return new ServiceError({
    service,
    title,
    explanation: `It said: ${stderr.trim().slice(-2000) || 'nothing'}.`,
    remedy: `Check that ${service} works on this runner, and that its disk has room for the image.`,
  })
}
