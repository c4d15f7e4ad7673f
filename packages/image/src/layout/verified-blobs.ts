import { statSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { systemCodeOf } from '@oke-pipeline/core'
import type { RunContext } from '@oke-pipeline/core'
import * as v from 'valibot'
import { digestOf, hexOf } from '../digest.ts'
import type { Digest } from '../digest.ts'
import { MalformedDocument, parseDocument } from '../json-document.ts'
import { writeWhole } from './write-whole.ts'

/**
 * What was seen of a file when its bytes were compared with their digest. Nobody can change the
 * bytes and keep all of it, short of setting the machine's clock.
 */
const stampSchema = v.object({
  dev: v.string(),
  ino: v.string(),
  size: v.string(),
  mtimeNs: v.string(),
  ctimeNs: v.string(),
})

type Stamp = v.InferOutput<typeof stampSchema>

const schema = v.object({
  schema: v.literal('verified-blobs/v1'),
  blobs: v.record(v.string(), stampSchema),
})

/** The blobs whose bytes were compared with their digests in this job. */
export interface VerifiedBlobs {
  /** Whether this very file was verified, and has not changed since. */
  knows(digest: Digest, path: string): boolean
  /** Remembers a file when `verify` says that it read all of it. */
  during(digest: Digest, path: string, verify: () => Promise<boolean>): Promise<void>
  /** Writes down what is remembered, for the next step of the job. */
  save(): Promise<void>
}

/** Nothing was verified, and nothing is remembered. */
export const noVerifiedBlobs: VerifiedBlobs = {
  knows: () => false,
  async during(_digest, _path, verify) {
    await verify()
  },
  save: () => Promise.resolve(),
}

/** Younger files could change again within the same tick of the file system's clock. */
const leastAgeSeconds = 2

/** What the receipt of a job needs of the world. */
export interface ReceiptPorts {
  readonly clock: { now(): Date }
  /** The runner's temp folder. */
  readonly temp: string
  readonly run: Pick<RunContext, 'runId' | 'runAttempt' | 'job'>
}

/**
 * Opens the receipt of this job. Without a job nothing is remembered, and one that cannot be read
 * is none: then everything is verified once more.
 */
export async function openVerifiedBlobs(ports: ReceiptPorts): Promise<VerifiedBlobs> {
  const file = receiptFile(ports)
  const blobs = new Map(file === undefined ? [] : await readReceipt(file))
  return {
    knows(digest, path) {
      const known = blobs.get(digest)
      return known !== undefined && isSame(known, stampOf(path))
    },
    async during(digest, path, verify) {
      const start = ports.clock.now().getTime()
      const before = stampOf(path)
      if (!(await verify())) return
      const after = stampOf(path)
      if (before === undefined || !isSame(before, after)) return
      const age = start / 1000 - Number(BigInt(before.ctimeNs) / 1_000_000n) / 1000
      if (age >= leastAgeSeconds) blobs.set(digest, before)
    },
    async save() {
      if (file === undefined) return
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      const receipt = { schema: 'verified-blobs/v1', blobs: Object.fromEntries(blobs) }
      await writeWhole(file, Buffer.from(JSON.stringify(receipt)))
    },
  }
}

function receiptFile({ temp, run }: ReceiptPorts): string | undefined {
  const { runId, runAttempt, job } = run
  if (runId === undefined || runAttempt === undefined || job === undefined) return undefined
  // Jobs have any names: as a digest they are file names as well.
  const name = hexOf(digestOf(JSON.stringify([runId, runAttempt, job])))
  return join(temp, 'oke-pipeline-verified', `${name}.json`)
}

async function readReceipt(file: string): Promise<readonly (readonly [string, Stamp])[]> {
  try {
    return Object.entries(parseDocument(schema, await readFile(file)).blobs)
  } catch (error) {
    if (error instanceof MalformedDocument || systemCodeOf(error) === 'ENOENT') return []
    throw error
  }
}

/**
 * Asks at once: another thread would take longer to be asked. Of a file that is missing there is no
 * stamp; whoever reads it says so.
 */
function stampOf(path: string): Stamp | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  if (stats === undefined) return undefined
  const { dev, ino, size, mtimeNs, ctimeNs } = stats
  return {
    dev: dev.toString(),
    ino: ino.toString(),
    size: size.toString(),
    mtimeNs: mtimeNs.toString(),
    ctimeNs: ctimeNs.toString(),
  }
}

function isSame(one: Stamp, other: Stamp | undefined): boolean {
  if (other === undefined) return false
  return (
    one.dev === other.dev &&
    one.ino === other.ino &&
    one.size === other.size &&
    one.mtimeNs === other.mtimeNs &&
    one.ctimeNs === other.ctimeNs
  )
}
