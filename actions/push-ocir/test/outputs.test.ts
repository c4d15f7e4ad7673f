import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { digestOf } from '@oke-pipeline/image'
import { outputsBetweenJobs, recordingRunner } from '@oke-pipeline/testing'
import { outputsOf } from '../src/outputs.ts'
import type { PushResult } from '../src/run.ts'
import { subjectChecksums, writeSubjectChecksums } from '../src/subject-checksums.ts'

const digest = digestOf('image')
const platformDigests = [digestOf('amd64'), digestOf('arm64')]
const repository = 'fra.ocir.io/acmens/team/app'

const result: PushResult = {
  ...{ digest, repository, image: `${repository}@${digest}`, region: 'eu-frankfurt-1' },
  ...{ platforms: ['linux/amd64', 'linux/arm64'], platformDigests, sizeBytes: 1500 },
  ...{ signature: undefined, prepared: undefined, others: [], seconds: 1 },
  scanning: undefined,
  copy: {
    ...{ digest, entries: [], referrers: [], platforms: [] },
    ...{ pushedBytes: 1000, skippedBytes: 300, mountedBytes: 200 },
    tags: [{ name: '1.0', outcome: 'created' }],
    alreadyExisted: false,
  },
}

const outputs = outputsOf(result, { subjectChecksums: '/path/to/subject-checksums.txt' })

describe('outputsOf', () => {
  it('tells where the image is, and what was sent', () => {
    expect(outputs).toMatchObject({
      ...{ image: `${repository}@${digest}`, digest, repository, region: 'eu-frankfurt-1' },
      tags: `${repository}:1.0`,
      ...{ 'pushed-bytes': '1000', 'skipped-bytes': '500' },
    })
  })

  it('leaves the region of another registry empty', () => {
    const { region } = outputsOf({ ...result, region: undefined }, { subjectChecksums: '' })
    expect(region).toBe('')
  })

  it('lets the digests through to other jobs where namespace and region are secrets', () => {
    const through = outputsBetweenJobs(outputs, ['acmens', 'eu-frankfurt-1', 'fra'])
    expect(through.image).toBeUndefined()
    expect(through.digest).toBe(digest)
    expect(through['platform-digests']).toBe(platformDigests.join('\n'))
    expect(through['pushed-bytes']).toBe('1000')
  })
})

describe('subjectChecksums', () => {
  it('has image and platforms in the format of sha256sum', () => {
    expect(subjectChecksums(result).split('\n')).toEqual([
      ...[digest, ...platformDigests].map((one) => `${one.slice(7)}  ${repository}`),
      '',
    ])
  })

  it('has one line of an image of one platform', () => {
    const single = subjectChecksums({ ...result, platformDigests: [] })
    expect(single).toMatch(/^[0-9a-f]{64} {2}fra\.ocir\.io\/acmens\/team\/app\n$/)
  })
})

describe('writeSubjectChecksums', () => {
  let folder = ''

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'push-ocir-'))
    await mkdir(join(folder, 'temp'))
  })

  afterEach(() => rm(folder, { recursive: true }))

  it('writes where later steps find it, and not into the folder that goes with this step', async () => {
    const { files } = recordingRunner({ folder })
    const path = await writeSubjectChecksums(result, files)
    expect(isAbsolute(path)).toBe(true)
    expect(path).not.toContain(join(folder, 'temp', 'own'))
    expect(await readFile(path, 'utf8')).toBe(subjectChecksums(result))
  })
})
