import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { RuntimeName } from '../src/runtime/runtime.ts'

const run = promisify(execFile)

/** Where a runtime is, and the variables that lead to it. */
export interface Place {
  readonly runtime: RuntimeName
  readonly environment: Readonly<Record<string, string>>
}

const attempts = 8

/** Podman cannot list images while another test removes one: it is asked again. */
async function lines({ runtime, environment }: Place, ...args: string[]): Promise<string[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { stdout } = await run(runtime, args, { env: environment })
      return stdout.split('\n').filter((line) => line !== '')
    } catch (error) {
      if (attempt === attempts) throw error
      await new Promise((resolve) => setTimeout(resolve, attempt * 100))
    }
  }
}

/** The containers, networks, volumes and images of a run that a runtime still has. */
export async function leftovers(place: Place, name: string): Promise<string[]> {
  const containers = await lines(place, 'ps', '--all', '--format', '{{.Names}}')
  const networks = await lines(place, 'network', 'ls', '--format', '{{.Name}}')
  const images = await lines(place, 'images', '--format', '{{.Repository}}:{{.Tag}}')
  return [...containers, ...networks, ...images].filter((line) => line.includes(name))
}

/** The names of all volumes. */
export async function volumes(place: Place): Promise<string[]> {
  return lines(place, 'volume', 'ls', '--quiet')
}

/** Waits until a container of a run is up. */
export async function untilRunning(place: Place, name: string): Promise<void> {
  const filter = ['--filter', `name=${name}`, '--filter', 'status=running']
  for (let attempt = 0; attempt < 150; attempt += 1) {
    if ((await lines(place, 'ps', '--quiet', ...filter)).length > 0) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('No container came up')
}
