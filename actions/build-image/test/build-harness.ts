import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { recordingRunner } from '@oke-pipeline/testing'
import type { RecordingRunner, RunOptions } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { main } from '../src/main.ts'

/** A workspace of one test, with the builders of the lab. */
export interface BuildWorld {
  readonly folder: string
  /** Writes a file of the workspace. */
  write(path: string, ...lines: readonly string[]): Promise<void>
  dockerfile(...lines: readonly string[]): Promise<void>
  build(
    inputs: Readonly<Record<string, string>>,
    options?: Partial<RunOptions>,
  ): Promise<RecordingRunner>
  /**
   * Puts a program of that name first in the PATH: it writes its arguments and its environment to
   * a file and then becomes the real one. Returns the environment, and a way to read the file.
   */
  recordCalls(program: string): Promise<{
    readonly environment: Readonly<Record<string, string>>
    readonly calls: () => Promise<string>
  }>
  remove(): Promise<void>
}

/** Makes a workspace below the system's folder for temporary files. */
export async function buildWorld(): Promise<BuildWorld> {
  const { environment } = currentLab()
  const folder = await mkdtemp(join(tmpdir(), 'build-image-'))
  await mkdir(join(folder, 'workspace'))
  await mkdir(join(folder, 'temp'))
  const write = async (path: string, ...lines: readonly string[]): Promise<void> => {
    await writeFile(join(folder, 'workspace', path), `${lines.join('\n')}\n`)
  }
  return {
    folder,
    write,
    dockerfile: (...lines) => write('Dockerfile', ...lines),
    async build(inputs, options = {}) {
      const runner = recordingRunner({ folder, environment, inputs, ...options })
      await main(runner)
      return runner
    },
    async recordCalls(program) {
      const bin = join(folder, 'bin')
      const record = join(folder, `${program}.calls`)
      const path = environment.PATH ?? ''
      await mkdir(bin, { recursive: true })
      await writeFile(
        join(bin, program),
        `#!/bin/sh\n{ printf '%s\\n' "$@"; } >> ${record}\nPATH='${path}' exec ${program} "$@"\n`,
      )
      await chmod(join(bin, program), 0o755)
      // Where there is a docker CLI, it would be asked for buildx first.
      await writeFile(join(bin, 'docker'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
      return {
        environment: { ...environment, PATH: `${bin}:${path}` },
        calls: () => readFile(record, 'utf8'),
      }
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** Every file below a folder, whole. */
export async function allFiles(folder: string): Promise<readonly Buffer[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name))))
}
