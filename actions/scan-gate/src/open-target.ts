import { join } from 'node:path'
import { GateError } from '@oke-pipeline/core'
import { copyRegistryToLayout, openLayoutInput, repositoryName } from '@oke-pipeline/image'
import type { Layout, PinnedReference } from '@oke-pipeline/image'
import type { Inputs } from './declaration.ts'
import type { GatePorts } from './gate-ports.ts'
import { credentialsOf } from './registry-credentials.ts'

/** The image that is judged. */
export interface Target {
  /** Every byte of it has been compared with its digest. */
  readonly layout: Layout
  /** Registry and repository, where they are known. */
  readonly imageName: string | undefined
  /** Whether the layout is the user's folder, and not a copy of an image in a registry or a tar. */
  readonly isKept: boolean
}

/**
 * Opens the layout, or copies the image from its registry, and checks every byte.
 * @throws GateError when it is not the image that is meant, ServiceError when a registry fails.
 */
export async function openTarget(inputs: Inputs, ports: GatePorts): Promise<Target> {
  const { image } = inputs
  if (image !== undefined) {
    const layout = await pullImage(image, inputs, ports)
    return { layout: withImages(layout), imageName: repositoryName(image), isKept: false }
  }
  const given = inputs.layout ?? ''
  const layout = await openLayoutInput(given, { digest: inputs.digest }, ports)
  await withImages(layout).verify(ports.signal)
  // What is kept with the copy that a tar was unpacked to would go with it.
  const isKept = layout.path === (await ports.files.locate(given))
  return { layout, imageName: undefined, isKept }
}

/** Copies an image from its registry into a folder of this step. */
export async function pullImage(
  reference: PinnedReference,
  inputs: Inputs,
  ports: GatePorts,
): Promise<Layout> {
  const name = `${repositoryName(reference)}@${reference.digest}`
  const folder = join(await ports.files.temporaryFolder('image'), 'layout')
  return ports.log.group(`Pull ${name}`, () =>
    copyRegistryToLayout({ reference, credentials: credentialsOf(inputs), folder }, ports),
  )
}

/** Nothing to scan would be nothing found: no reason to open the gate. */
function withImages(layout: Layout): Layout {
  const { images, path, digest } = layout
  if (images.length > 0) return layout
  throw new GateError({
    title: `Layout "${path}" has no image to scan`,
    explanation: `${digest} leads to no image that can be run.`,
    remedy: 'Give the layout that an image was built into.',
  })
}
