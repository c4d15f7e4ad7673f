import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Ports, RunContext } from '@oke-pipeline/core'
import { recordingRunner, writeLayout } from '@oke-pipeline/testing'
import type { RecordingRunner, WrittenLayout } from '@oke-pipeline/testing'
import { main } from '../src/main.ts'

/** A folder with workspace and temp folder of a job; removed at the end of a test. */
export interface Job extends AsyncDisposable {
  readonly folder: string
}

/** Makes the folders of a job. */
export async function newJob(): Promise<Job> {
  const folder = await mkdtemp(join(tmpdir(), 'scan-gate-'))
  await Promise.all(['workspace', 'temp'].map((name) => mkdir(join(folder, name))))
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

/** What a step reported, and the error that it failed with. */
export interface StepOutcome {
  readonly runner: RecordingRunner
  readonly error: Error | undefined
}

/** What a test changes about the step. */
export interface StepOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal
  readonly ports?: Partial<Omit<Ports, 'log'>>
  readonly run?: Partial<RunContext>
}

/** Runs the action in this process. */
export async function runGate(
  { folder }: Job,
  inputs: Readonly<Record<string, string>>,
  { run, ...options }: StepOptions = {},
): Promise<StepOutcome> {
  const recording = recordingRunner({ folder, inputs, ...options })
  const runner = { ...recording, run: { ...recording.run, ...run } }
  try {
    await main(runner)
    return { runner, error: undefined }
  } catch (error) {
    // What a cancelled call throws is no Error of the realm that jest runs tests in.
    return { runner, error: error instanceof Error ? error : new Error(String(error)) }
  }
}

/** Files of an installed npm package, as a scanner finds it. */
export function npmPackage(name: string, version: string): Readonly<Record<string, string>> {
  const manifest = JSON.stringify({ name, version, license: 'MIT' })
  return { [`app/node_modules/${name}/package.json`]: manifest }
}

/** Writes a layout with npm packages into the temp folder of a job. */
export function layoutWith(
  { folder }: Job,
  packages: Readonly<Record<string, string>>,
  platforms?: readonly string[],
): Promise<WrittenLayout> {
  return writeLayout({
    folder: join(folder, 'temp', 'layout'),
    layers: [{ 'app/index.js': '' }, packages],
    ...(platforms === undefined ? {} : { platforms }),
  })
}

const fixtures = join(import.meta.dirname, '../../../packages/scan/test/fixtures/grype/0.120.1')

/** A captured report, made to be about an image and as if its database had just been built. */
export async function reportAbout(digest: string, name: 'critical' | 'clean'): Promise<string> {
  const text = await readFile(join(fixtures, `${name}.json`), 'utf8')
  return (
    text
      // It was captured from another image: its ID is left out.
      .replace(/"imageID": "[^"]*"/, '"imageID": ""')
      .replace(/"manifestDigest": "[^"]*"/, `"manifestDigest": "${digest}"`)
      .replace(/"built": "[^"]*"/, `"built": "${new Date().toISOString()}"`)
  )
}

/** Writes a script that answers as Grype does: with that version, report and exit status. */
export async function fakeGrype(
  { folder }: Job,
  { report, exitCode = 0 }: { readonly report?: string; readonly exitCode?: number },
): Promise<string> {
  const program = join(folder, 'fake-grype')
  const kept = join(folder, 'fake-report.json')
  if (report !== undefined) await writeFile(kept, report)
  const lines = [
    '#!/bin/sh',
    `if [ "$1" = version ]; then echo '{"application":"grype","version":"0.120.1"}'; exit 0; fi`,
    // The fourth argument says where the report goes.
    ...(report === undefined ? [] : [`cp "${kept}" "\${4#json=}"`]),
    `exit ${exitCode}`,
  ]
  await writeFile(program, `${lines.join('\n')}\n`, { mode: 0o755 })
  return program
}

/** Writes a file of the repository. */
export async function writeSource({ folder }: Job, path: string, text: string): Promise<void> {
  const target = join(folder, 'workspace', path)
  await mkdir(dirname(target), { recursive: true })
  await writeFile(target, text)
}

/** Writes the event of a pull request; the path of its file. */
export async function pullRequestEvent(
  { folder }: Job,
  { from = 'acme/hello', base = 'b'.repeat(40) } = {},
): Promise<string> {
  const path = join(folder, 'temp/event.json')
  const event = {
    pull_request: {
      number: 7,
      head: { repo: { full_name: from } },
      base: { sha: base, repo: { full_name: 'acme/hello' } },
    },
  }
  await writeFile(path, JSON.stringify(event))
  return path
}
