import { GateError, ServiceError } from '@oke-pipeline/core'
import type { Ports } from '@oke-pipeline/core'
import * as v from 'valibot'
import type { LayoutView } from './layout-view.ts'

const inspectionSchema = v.tuple([v.object({ RepoDigests: v.nullish(v.array(v.string()), []) })])

/**
 * Imports a layout into podman's storage, and asserts that podman calls it by the same digest.
 * @returns the image by name and digest.
 */
export async function importImage(
  view: LayoutView,
  digest: string,
  { exec }: Pick<Ports, 'exec'>,
): Promise<string> {
  const pulled = await exec.run({
    file: 'podman',
    args: ['pull', '--quiet', `oci:${view.name}`],
    directory: view.parent,
  })
  if (pulled.exitCode !== 0) throw refused('podman could not read the layout', pulled.stderr)
  const image = `localhost/${view.name}@${digest}`
  const inspected = await exec.run({
    file: 'podman',
    args: ['image', 'inspect', pulled.stdout.trim()],
  })
  if (inspected.exitCode !== 0) throw refused('podman lost the image', inspected.stderr)
  const [{ RepoDigests: found }] = v.parse(inspectionSchema, JSON.parse(inspected.stdout))
  if (!found.includes(image)) throw otherDigest(digest, found)
  return image
}

function refused(title: string, stderr: string): ServiceError {
  return new ServiceError({
    service: 'podman',
    title,
    explanation: `It said: ${stderr.trim() || 'nothing'}.`,
    remedy: 'Check that podman works on this runner, and that its disk has room for the image.',
  })
}

function otherDigest(digest: string, found: readonly string[]): GateError {
  return new GateError({
    title: 'podman would not run the image that was built',
    explanation: `The layout holds ${digest}, and podman has it as ${found.join(', ') || 'nothing'}.`,
    remedy: 'Nothing was run. Check that nothing else changes the layout or podman’s storage.',
  })
}
