import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { recordingRunner } from '@oke-pipeline/testing'
import type { RecordingRunner } from '@oke-pipeline/testing'
import { main } from '../src/main.ts'

/** A folder with workspace and temp folder of a job; removed at the end of a test. */
export interface Job extends AsyncDisposable {
  readonly folder: string
  /** Decides the name of what is run, so that a test knows its own from those of others. */
  readonly random: () => number
}

/** Makes the folders of a job, in a path that would not do as the name of an image. */
export async function newJob(): Promise<Job> {
  const folder = await mkdtemp(join(tmpdir(), 'Test image-'))
  await Promise.all(['workspace', 'temp'].map((name) => mkdir(join(folder, name))))
  const number = Math.random()
  return {
    folder,
    random: () => number,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

/** What a step reported, and the error that it failed with. */
export interface StepOutcome {
  readonly runner: RecordingRunner
  readonly error: Error | undefined
}

/** Runs the action in this process. */
export async function runTest(
  { folder, random }: Job,
  inputs: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  signal: AbortSignal = new AbortController().signal,
): Promise<StepOutcome> {
  const runner = recordingRunner({ folder, inputs, environment, signal, ports: { random } })
  try {
    await main(runner)
    return { runner, error: undefined }
  } catch (error) {
    // What a cancelled call throws is no Error of the realm that jest runs tests in.
    return { runner, error: error instanceof Error ? error : new Error(String(error)) }
  }
}
