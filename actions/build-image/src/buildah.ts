import { join } from 'node:path'
import { ServiceError } from '@oke-pipeline/core'
import type { Ports } from '@oke-pipeline/core'
import { buildFailure, remedyFor } from './build-failure.ts'
import type { BuildRequest } from './build-request.ts'
import { buildahArguments } from './buildah-arguments.ts'

/** Builds without a daemon, and returns the digest that buildah reports of what it wrote. */
export async function buildWithBuildah(request: BuildRequest, ports: Ports): Promise<string> {
  const name = `oke-pipeline-${Math.floor(ports.random() * 0xffffffff).toString(16)}`
  const onLine = (line: string): void => ports.log.info(line)
  const { exitCode, stderr } = await ports.exec.run({
    file: 'buildah',
    args: buildahArguments(request, name),
    onLine,
  })
  if (exitCode !== 0) throw buildFailure(request, stderr)
  try {
    return await writeLayout(request, name, ports)
  } finally {
    await ports.exec.run({ file: 'buildah', args: removal(request, name) })
  }
}

async function writeLayout(request: BuildRequest, name: string, ports: Ports): Promise<string> {
  const digestFile = join(await ports.files.temporaryFolder('buildah'), 'digest')
  const isList = hasSeveralPlatforms(request)
  const { exitCode, stderr } = await ports.exec.run({
    file: 'buildah',
    args: [
      ...(isList ? ['manifest', 'push', '--all', '--format', 'oci'] : ['push', '--format', 'oci']),
      ...['--digestfile', digestFile, name, `oci:${request.layout}`],
    ],
  })
  if (exitCode === 0) return (await ports.files.readText(digestFile)).trim()
  throw new ServiceError({
    service: 'buildah',
    title: `Image could not be written to "${request.layout}"`,
    explanation: `buildah said: ${stderr.trim()}`,
    remedy: remedyFor(stderr),
  })
}

function removal(request: BuildRequest, name: string): readonly string[] {
  return hasSeveralPlatforms(request) ? ['manifest', 'rm', name] : ['rmi', '--force', name]
}

function hasSeveralPlatforms({ inputs }: BuildRequest): boolean {
  return (inputs.platforms?.length ?? 0) > 1
}
