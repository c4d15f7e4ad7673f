import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { formatBytes } from '@oke-pipeline/core'
import { writeArchive } from '@oke-pipeline/image'
import type { Layout } from '@oke-pipeline/image'
import type { BuildPorts } from './build-request.ts'
import type { Inputs } from './declaration.ts'

/** Writes the layout as a tar where one is asked for, and says where it is. */
export async function writeArchiveOf(
  layout: Layout,
  { archive }: Inputs,
  { files, log, signal }: BuildPorts,
): Promise<string | undefined> {
  if (archive === undefined) return undefined
  const path = await files.locate(archive)
  await mkdir(dirname(path), { recursive: true })
  await writeArchive(layout, path, signal)
  log.info(`Wrote the layout of ${formatBytes(layout.sizeBytes)} as "${archive}"`)
  return path
}
