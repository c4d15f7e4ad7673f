import { ConfigurationError } from '@oke-pipeline/core'
import { openLayout } from '@oke-pipeline/image'
import type { Service } from '../suite/suite.ts'
import type { TestPorts } from '../test-ports.ts'
import type { ServiceImage } from '../tests/workbench.ts'
import { imageForRunner } from './image-for-runner.ts'
import { readImageSettings } from './image-settings.ts'
import { loadImage } from './loaded-image.ts'
import { refused } from './runtime-refusal.ts'
import type { Runtime } from './runtime.ts'

/** The services of a run. */
export interface ServicesOfRun {
  readonly services: readonly Service[]
  readonly run: string
}

/** Brings the images of services into the runtime, each once. */
export async function loadServices(
  runtime: Runtime,
  { services, run }: ServicesOfRun,
  ports: TestPorts,
): Promise<ReadonlyMap<Service, ServiceImage>> {
  const images = new Map<Service, ServiceImage>()
  for (const [index, service] of services.entries()) {
    const { source } = service
    images.set(
      service,
      source.kind === 'image'
        ? await pullImage(runtime, source.reference, ports)
        : await loadLayout(
            runtime,
            { service, path: source.path, name: `${run}-service-${index}` },
            ports,
          ),
    )
  }
  return images
}

/** Pulls what is not there yet; the digest in its name is what the runtime holds it to. */
async function pullImage(
  { name: runtime }: Runtime,
  reference: string,
  { exec, log }: TestPorts,
): Promise<ServiceImage> {
  const inspect = async (): Promise<boolean> =>
    (await exec.run({ file: runtime, args: ['image', 'inspect', reference] })).exitCode === 0
  if (!(await inspect())) {
    log.info(`Pulling ${reference}`)
    const { exitCode, stderr } = await exec.run({
      file: runtime,
      args: ['pull', '--quiet', reference],
    })
    if (exitCode !== 0)
      throw refused(runtime, `Service image "${reference}" could not be pulled`, stderr)
  }
  return { reference, names: [], healthCheck: undefined }
}

interface LayoutOfService {
  readonly service: Service
  readonly path: string
  readonly name: string
}

async function loadLayout(
  runtime: Runtime,
  { service, path, name }: LayoutOfService,
  ports: TestPorts,
): Promise<ServiceImage> {
  const kind = await ports.files.kindOf(path)
  if (kind !== 'folder') throw noLayout(service, path)
  const layout = await openLayout(await ports.files.locate(path))
  await layout.verify(ports.signal)
  const image = imageForRunner(layout, ports.architecture)
  const { healthCheck } = await readImageSettings(layout, image)
  return { ...(await loadImage(runtime, { layout, image, name }, ports)), healthCheck }
}

function noLayout({ name, place }: Service, path: string): ConfigurationError {
  return new ConfigurationError({
    title: `Service "${name}" has no image`,
    explanation: `There is no folder "${path}" in the workspace or the runner’s temp folder.`,
    remedy: 'Give "layout" the folder of an OCI image layout, or "image" an image by digest.',
    place,
  })
}
