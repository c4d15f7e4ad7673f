import { join } from 'node:path'
import { ServiceError, secondsSince } from '@oke-pipeline/core'
import type { Ports, Runner } from '@oke-pipeline/core'
import { buildFailure, remedyFor } from '../build-failure.ts'
import type { BuildRecord } from '../build-record.ts'
import type { BuildPorts, BuildRequest } from '../build-request.ts'
import { buildahProgress } from '../progress/buildah-progress.ts'
import type { Progress } from '../progress/progress.ts'
import { randomName } from '../random-name.ts'
import { buildahArguments } from './buildah-arguments.ts'

/** The states under which the image in buildah's store is kept for `post`. */
const imageState = 'buildahImage'
const listState = 'buildahList'

/** Output that is shown need not be kept as well. */
const charactersKept = 64 * 1024

/** Builds without a daemon; the digest is what buildah reports of the layout that it wrote. */
export async function buildWithBuildah(
  request: BuildRequest,
  title: string,
  ports: BuildPorts,
): Promise<BuildRecord> {
  const start = ports.clock.now()
  const name = randomName(ports)
  ports.saveState(hasSeveralPlatforms(request) ? listState : imageState, name)
  const { steps, warnings } = await runBuild(request, { name, title }, ports)
  const digest = await writeLayout(request, name, ports)
  await ports.exec.run({ file: 'buildah', args: removal(hasSeveralPlatforms(request), name) })
  const seconds = secondsSince(start, ports.clock)
  return { digest, builtWith: title, seconds, steps, warnings, metadata: {} }
}

interface Run {
  readonly name: string
  readonly title: string
}

/** A cache that cannot be written must not cost the build: buildah would give up. */
async function runBuild(request: BuildRequest, run: Run, ports: BuildPorts): Promise<Progress> {
  const { exitCode, progress } = await attempt(request, run, ports)
  if (exitCode === 0) return progress
  const { inputs } = request
  if (!progress.said.includes('failed pushing cache') || isCacheStrict(inputs)) {
    throw buildFailure(request, { title: run.title, exitCode, progress })
  }
  const message = `It could not be written: ${progress.said.split('\n').at(-1) ?? ''}`
  ports.annotate([{ level: 'warning', title: 'Cache not used', message }])
  return runBuild({ ...request, inputs: { ...inputs, 'cache-to': undefined } }, run, ports)
}

function isCacheStrict({ 'cache-to': caches = [] }: BuildRequest['inputs']): boolean {
  return caches.some(({ attributes }) => attributes['ignore-error'] === 'false')
}

async function attempt(
  request: BuildRequest,
  { name }: Run,
  ports: BuildPorts,
): Promise<{ readonly exitCode: number; readonly progress: Progress }> {
  const reader = buildahProgress(ports)
  try {
    const { exitCode } = await ports.exec.run({
      file: 'buildah',
      args: buildahArguments(request, name),
      onLine: (line) => reader.onLine(line),
      keepsLast: charactersKept,
    })
    return { exitCode, progress: reader.end() }
  } finally {
    reader.end()
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

function hasSeveralPlatforms({ inputs }: BuildRequest): boolean {
  return (inputs.platforms?.length ?? 0) > 1
}

function removal(isList: boolean, name: string): readonly string[] {
  return isList ? ['manifest', 'rm', name] : ['rmi', '--force', name]
}

/** Removes what a build that failed or was cancelled left in buildah's store. */
export async function removeBuildahImage(runner: Runner): Promise<void> {
  for (const [state, isList] of [
    [imageState, false],
    [listState, true],
  ] as const) {
    const name = runner.state(state)
    if (name === undefined || name === '') continue
    // After a build that went well there is nothing left, and buildah says that it found nothing.
    const { stderr } = await runner.exec.run({ file: 'buildah', args: removal(isList, name) })
    runner.log.debug(stderr)
  }
}
