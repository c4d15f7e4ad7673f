import { describe, expect, it } from '@jest/globals'
import { systemFiles } from '@oke-pipeline/core'
import type { Files } from '@oke-pipeline/core'
import { openLayout } from '@oke-pipeline/image'
import type { LayoutImage } from '@oke-pipeline/image'
import { findingOf } from '@oke-pipeline/scan'
import type { Finding } from '@oke-pipeline/scan'
import { dockerfileLines } from '../src/dockerfile-lines.ts'
import { readLockFiles } from '../src/lock-files.ts'
import { dockerfileText, sourcePlaces } from '../src/source-places.ts'
import { layoutWith, newJob, npmPackage, writeSource } from './gate-harness.ts'
import type { Job } from './gate-harness.ts'

function filesOf({ folder }: Job): Files {
  const [workspace, temp] = [`${folder}/workspace`, `${folder}/temp`]
  return systemFiles({ workspace, temp, own: `${temp}/own` })
}

const lockFile = `{
  "packages": {
    "node_modules/left-pad-extra": { "version": "1.0.0" },
    "node_modules/@acme/left-pad": { "version": "1.0.0" },
    "node_modules/left-pad": { "version": "1.0.0" }
  }
}
`

describe('readLockFiles', () => {
  it.each([
    { name: 'left-pad', line: 5 },
    { name: '@acme/left-pad', line: 4 },
    { name: 'left-pad-extra', line: 3 },
    { name: 'left', line: 1 },
    { name: '', line: 1 },
  ])('finds "$name" in line $line', async ({ name, line }) => {
    await using job = await newJob()
    await writeSource(job, 'web/package-lock.json', lockFile)
    const lockLine = await readLockFiles('web/Dockerfile', new Set(['npm', 'deb']), filesOf(job))
    expect(lockLine('npm', name)).toEqual({ file: 'web/package-lock.json', line })
    expect(lockLine('deb', name)).toBeUndefined()
  })

  it('looks in the next file where the first does not name the package', async () => {
    await using job = await newJob()
    await writeSource(job, 'go.mod', 'module acme\n')
    await writeSource(job, 'go.sum', 'golang.org/x/net v0.1.0 h1:x\n')
    const lockLine = await readLockFiles('Dockerfile', new Set(['golang']), filesOf(job))
    expect(lockLine('golang', 'golang.org/x/net')).toEqual({ file: 'go.sum', line: 1 })
  })
})

/** An image as its builder describes it. */
function imageOf(history: readonly (readonly [createdBy: string, diffId: string | undefined])[]) {
  const steps = history.map(([createdBy, diffId]) => ({
    createdBy,
    created: undefined,
    comment: '',
    isEmptyLayer: diffId === undefined,
  }))
  const diffIds = history.flatMap(([, diffId]) => diffId ?? [])
  return { steps, diffIds }
}

const dockerfile = 'FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "app.js"]\n'
const built = [
  ['ADD rootfs.tar /', 'sha256:base'],
  ['WORKDIR /app', 'sha256:folder'],
  ['COPY . . # buildkit', 'sha256:source'],
  ['RUN /bin/sh -c npm ci # buildkit', 'sha256:packages'],
  ['CMD ["node" "app.js"]', undefined],
] as const

async function imageWith(job: Job, history: typeof built | []): Promise<LayoutImage> {
  const { path } = await layoutWith(job, npmPackage('left-pad', '1.0.0'))
  const [image] = (await openLayout(path)).images
  if (image === undefined) throw new Error('The layout has no image')
  const { steps, diffIds } = imageOf(history)
  return { ...image, config: { ...image.config, history: steps, diffIds } }
}

describe('dockerfileLines', () => {
  it('knows the line of every layer, and where the base image ends', async () => {
    await using job = await newJob()
    const lines = dockerfileLines(dockerfile, await imageWith(job, built))
    expect(lines).toEqual({
      baseImage: 'node:22',
      baseLayerCount: 1,
      lineOf: new Map([
        ['sha256:base', 1],
        ['sha256:folder', 2],
        ['sha256:source', 3],
        ['sha256:packages', 4],
      ]),
    })
  })

  it.each([
    { name: 'without a Dockerfile', text: undefined, history: built },
    { name: 'of another Dockerfile', text: 'FROM a\nUSER b\nCOPY c d\n', history: built },
    { name: 'without a history', text: dockerfile, history: [] as [] },
  ])('does not guess for an image $name', async ({ text, history }) => {
    await using job = await newJob()
    const { baseLayerCount, lineOf } = dockerfileLines(text, await imageWith(job, history))
    expect(baseLayerCount).toBeUndefined()
    expect(lineOf.size).toBe(0)
  })
})

function finding(name: string, diffId?: string): Finding {
  return findingOf({
    kind: 'vulnerability',
    id: 'CVE-1',
    severity: 'high',
    package: { name, version: '1', type: 'npm', purl: undefined, path: undefined },
    ...(diffId === undefined ? {} : { layer: { diffId, digest: undefined, origin: undefined } }),
  })
}

describe('sourcePlaces', () => {
  it('prefers the line of the layer to that of a lock file, and that to the first line', async () => {
    await using job = await newJob()
    await writeSource(job, 'Dockerfile', dockerfile)
    await writeSource(job, 'package-lock.json', lockFile)
    const files = filesOf(job)
    const image = await imageWith(job, built)
    const lines = dockerfileLines(await dockerfileText('Dockerfile', files), image)
    const identity = {
      digest: image.descriptor.digest,
      indexDigest: undefined,
      configDigest: '',
      layers: [],
      baseLayerCount: undefined,
      platform: undefined,
    }
    const platforms = [{ image, lines, identity }]
    const findings = [
      finding('left-pad', 'sha256:packages'),
      finding('left-pad', 'sha256:unknown'),
      finding('left-pad'),
    ]
    const places = await sourcePlaces({ dockerfile: 'Dockerfile', platforms, findings }, files)
    expect(findings.map(places)).toEqual([
      { file: 'Dockerfile', line: 4 },
      { file: 'package-lock.json', line: 5 },
      { file: 'package-lock.json', line: 5 },
    ])
    expect(places({ ...finding('x'), package: undefined })).toEqual({ file: 'Dockerfile', line: 1 })
  })

  it('does without a Dockerfile and without lock files', async () => {
    await using job = await newJob()
    const files = filesOf(job)
    expect(await dockerfileText('Dockerfile', files)).toBeUndefined()
    const search = { dockerfile: 'Dockerfile', platforms: [], findings: [finding('left-pad')] }
    const places = await sourcePlaces(search, files)
    expect(places(finding('left-pad'))).toEqual({ file: 'Dockerfile', line: 1 })
  })
})
