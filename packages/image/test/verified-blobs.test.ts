import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openVerifiedBlobs, parseDigest } from '../src/index.ts'
import type { VerifiedBlobs } from '../src/index.ts'

const digest = parseDigest(`sha256:${'a'.repeat(64)}`)
const other = parseDigest(`sha256:${'b'.repeat(64)}`)
const job = { runId: '7', runAttempt: '1', job: 'build' }

let folder = ''
let temp = ''
let file = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verified-'))
  temp = join(folder, 'temp')
  file = join(folder, 'blob')
  await mkdir(temp)
  await writeFile(file, 'as it was built')
})

afterEach(() => rm(folder, { recursive: true }))

/** The receipt as a step sees it whose clock is so much later than the file's. */
function receipt(seconds = 60, run: Partial<typeof job> = job): Promise<VerifiedBlobs> {
  const clock = { now: () => new Date(Date.now() + seconds * 1000) }
  const { runId, runAttempt, job: name } = run
  return openVerifiedBlobs({ clock, temp, run: { runId, runAttempt, job: name } })
}

const seen = (): Promise<boolean> => Promise.resolve(true)

/** Verifies the file in one step of the job. */
async function verifyInJob(seconds = 60): Promise<void> {
  const step = await receipt(seconds)
  await step.during(digest, file, seen)
  await step.save()
}

describe('the receipt of a job', () => {
  it('spares the next step what this one verified', async () => {
    await verifyInJob()
    expect((await receipt()).knows(digest, file)).toBe(true)
    const { mode } = await stat(join(temp, 'oke-pipeline-verified'))
    expect(mode & 0o077).toBe(0)
  })

  it('knows nothing before anything was verified', async () => {
    expect((await receipt()).knows(digest, file)).toBe(false)
  })

  const changes: readonly { readonly name: string; readonly change: () => Promise<void> }[] = [
    { name: 'has other bytes', change: () => writeFile(file, 'as it was hacked') },
    {
      name: 'has other bytes of the same length, and the times that it had',
      async change() {
        const { atime, mtime } = await stat(file)
        await writeFile(file, 'as it was BUILT')
        await utimes(file, atime, mtime)
      },
    },
    { name: 'was touched', change: () => utimes(file, new Date(), new Date()) },
    {
      name: 'is another one in its place, of the same length and times',
      async change() {
        const { atime, mtime } = await stat(file)
        const twin = join(folder, 'twin')
        await writeFile(twin, 'as it was BUILT')
        await utimes(twin, atime, mtime)
        await rename(twin, file)
      },
    },
    { name: 'is gone', change: () => rm(file) },
  ]

  it.each(changes)('is worth nothing once the file $name', async ({ change }) => {
    await verifyInJob()
    await change()
    expect((await receipt()).knows(digest, file)).toBe(false)
  })

  it('is about one file, and one digest of it', async () => {
    await verifyInJob()
    const copy = join(folder, 'copy')
    await writeFile(copy, 'as it was built')
    const step = await receipt()
    expect(step.knows(digest, copy)).toBe(false)
    expect(step.knows(other, file)).toBe(false)
  })

  it.each([{ runId: '8' }, { runAttempt: '2' }, { job: 'deploy' }])(
    'is not that of another job: %j',
    async (difference) => {
      await verifyInJob()
      expect((await receipt(60, { ...job, ...difference })).knows(digest, file)).toBe(false)
      expect((await receipt()).knows(digest, file)).toBe(true)
    },
  )

  it('leaves out a file that may change within the same tick of the clock', async () => {
    await verifyInJob(1)
    expect((await receipt()).knows(digest, file)).toBe(false)
  })

  it('leaves out a file that changed while it was read', async () => {
    const step = await receipt()
    await step.during(digest, file, async () => {
      await writeFile(file, 'as it was hacked')
      return true
    })
    expect(step.knows(digest, file)).toBe(false)
  })

  it('leaves out a file that was not read to its end, or not well', async () => {
    const step = await receipt()
    await step.during(digest, file, () => Promise.resolve(false))
    const failed = step.during(digest, file, () => Promise.reject(new Error('other bytes')))
    await expect(failed).rejects.toThrow('other bytes')
    expect(step.knows(digest, file)).toBe(false)
  })

  it.each([
    { name: 'no JSON', text: 'nothing' },
    { name: 'another format', text: '{"schema":"verified-blobs/v9","blobs":{}}' },
    { name: 'random bytes', text: randomBytes(64).toString('latin1') },
  ])('that is $name is none', async ({ text }) => {
    await verifyInJob()
    const kept = join(temp, 'oke-pipeline-verified')
    const [name = ''] = await readdir(kept)
    await writeFile(join(kept, name), text)
    expect((await receipt()).knows(digest, file)).toBe(false)
    await verifyInJob()
    expect((await receipt()).knows(digest, file)).toBe(true)
  })

  it('is not kept where there is no job', async () => {
    const step = await receipt(60, {})
    await step.during(digest, file, seen)
    expect(step.knows(digest, file)).toBe(true)
    await step.save()
    expect(await readdir(temp)).toEqual([])
  })
})
