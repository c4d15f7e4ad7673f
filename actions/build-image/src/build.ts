import { rename, rm } from 'node:fs/promises'
import { ServiceError } from '@oke-pipeline/core'
import type { Runner } from '@oke-pipeline/core'
import { detachAttestations } from '@oke-pipeline/evidence'
import { openLayout } from '@oke-pipeline/image'
import type { BuildPorts, BuildRequest } from './build-request.ts'
import type { Built } from './built.ts'
import { chooseEngine } from './engines/choose-engine.ts'
import type { Choice } from './engines/choose-engine.ts'

/** The state under which a layout that is being written is kept for `post`. */
const unfinishedState = 'unfinishedLayout'

/**
 * Phase "build": the engine writes the layout beside its place; it gets there when it is whole, and
 * is what the engine says that it built.
 */
export async function build(
  request: BuildRequest,
  target: string,
  ports: BuildPorts,
): Promise<Built> {
  const { files, signal } = ports
  const choice = await chooseEngine(request.inputs, ports)
  sayChoice(choice, ports)
  ports.saveState(unfinishedState, request.layout)
  try {
    const record = await choice.engine.build(request, ports)
    const unfinished = await openLayout(request.layout)
    await unfinished.verify(signal)
    assertSame(unfinished.digest, record.digest)
    await detachAttestations(unfinished)
    await files.remove(target)
    await rename(request.layout, target)
    return { request, record, choice, layout: await openLayout(target) }
  } finally {
    await files.remove(request.layout)
  }
}

/** Removes a layout that a killed step left half written. */
export async function removeUnfinishedLayout(runner: Runner): Promise<void> {
  const path = runner.state(unfinishedState)
  if (path !== undefined && path !== '') await rm(path, { recursive: true, force: true })
}

function sayChoice({ engine, because, skipped }: Choice, { log }: BuildPorts): void {
  for (const { name, because: why } of skipped) log.info(`Not with ${name}: ${why}.`)
  log.info(`Builds with ${engine.title}: ${because}.`)
}

function assertSame(found: string, reported: string): void {
  if (found === reported) return
  throw new ServiceError({
    service: 'builder',
    title: 'The layout is not what was built',
    explanation: `The builder reports ${reported}, but the layout holds ${found}.`,
    remedy: 'Check that nothing else writes to this folder while the image is built.',
  })
}
