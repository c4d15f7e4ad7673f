import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCodeOf } from '@oke-pipeline/core'

/** Reports of earlier scans, by everything that they depend on. */
export interface ScanCache {
  /** The text kept under a key; undefined where there is none, or where its bytes were changed. */
  get(key: ScanKey): Promise<string | undefined>
  put(key: ScanKey, text: string): Promise<void>
}

/** All that a report depends on: two scans with the same key find the same. */
export interface ScanKey {
  readonly scanner: string
  readonly version: string
  /** The program's file: a build without a version is not taken for another one. */
  readonly program: string
  readonly database: string
  readonly digest: string
  /** What is looked for, and in what. */
  readonly order: readonly string[]
}

const schema = 'oke-pipeline-scan/v1'

/** A cache in a folder; it is made when something is kept. */
export function scanCacheIn(folder: string): ScanCache {
  return {
    async get(key) {
      const kept = await textOf(pathOf(folder, key))
      return kept === undefined ? undefined : verified(kept, key)
    },
    async put(key, text) {
      await mkdir(folder, { recursive: true })
      const path = pathOf(folder, key)
      // Whole or not at all, also when two jobs keep the same.
      const part = `${path}.${randomUUID()}`
      await writeFile(part, `${headerOf(key, text)}\n${text}`, { mode: 0o600 })
      await rename(part, path)
    },
  }
}

function pathOf(folder: string, key: ScanKey): string {
  return join(folder, `${hashOf(nameOf(key))}.report`)
}

function nameOf({ scanner, version, program, database, digest, order }: ScanKey): string {
  return JSON.stringify([schema, scanner, version, program, database, digest, order])
}

function headerOf(key: ScanKey, text: string): string {
  return JSON.stringify([hashOf(nameOf(key)), hashOf(text)])
}

/** The header is compared as it would be written: there is nothing to parse, and nothing to trust. */
function verified(kept: string, key: ScanKey): string | undefined {
  const end = kept.indexOf('\n')
  const text = kept.slice(end + 1)
  return end > 0 && kept.slice(0, end) === headerOf(key, text) ? text : undefined
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ENOTDIR') return undefined
    throw error
  }
}
