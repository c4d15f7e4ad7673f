import { join } from 'node:path'
import { cacheFile, find } from '@actions/tool-cache'

/** Where archives of tools are kept from one job to the next. */
export interface ToolStore {
  /** The path of a file that was kept; undefined where there is none. */
  find(tool: KeptTool): string | undefined
  /** Keeps a copy of a file; gives the path of the copy. */
  keep(tool: KeptTool, file: string): Promise<string>
}

/** A file of the store. */
export interface KeptTool {
  readonly name: string
  readonly version: string
  readonly architecture: string
  readonly fileName: string
}

/** The runner's tool cache; undefined where there is no runner, and therefore no cache. */
export function runnerToolStore(
  environment: Readonly<Record<string, string | undefined>>,
): ToolStore | undefined {
  const { RUNNER_TOOL_CACHE: cache = '', RUNNER_TEMP: temporary = '' } = environment
  if (cache === '' || temporary === '') return undefined
  return {
    find({ name, version, architecture, fileName }) {
      const folder = find(folderOf(name), version, architecture)
      return folder === '' ? undefined : join(folder, fileName)
    },
    async keep({ name, version, architecture, fileName }, file) {
      const folder = await cacheFile(file, fileName, folderOf(name), version, architecture)
      return join(folder, fileName)
    },
  }
}

/** Other actions keep unpacked programs under the tools' own names. */
function folderOf(name: string): string {
  return `oke-pipeline-${name}`
}
