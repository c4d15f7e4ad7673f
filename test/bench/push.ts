import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startFaultyProxy } from '@oke-pipeline/testing'
import type { LabUnderTest } from '../setup/lab.ts'
import { writeLargeLayout } from './large-layout.ts'
import { compare, timeOf } from './paired.ts'
import type { Contestant, Score } from './paired.ts'
import { peakMemoryOf } from './peak-memory.ts'
import { contestantsOf, withImagesInDocker } from './push/contestants.ts'
import type { Race } from './push/contestants.ts'
import { readPushOptions } from './push/options.ts'
import type { PushOptions } from './push/options.ts'
import { openPlace } from './push/place.ts'
import { withLab } from './with-lab.ts'

const wantedMegabytes = 150
const wantedAgainMilliseconds = 300

interface Image {
  readonly title: string
  readonly layerBytes: readonly number[]
  /** Time against the fastest of the peers. */
  readonly wantedRatio: number
}

/**
 * The bundle of push-ocir as a step runs it, against crane, skopeo and Docker: at first, with other
 * content in each round, since skopeo and Docker remember where they pushed a layer before; and
 * again, in the same job. In the clear, with TLS, and with a registry that is further away.
 */
export async function benchPush(args: readonly string[]): Promise<void> {
  const options = readPushOptions(args)
  const parts = ['registry', 'secure-registry', 'crane', 'skopeo', 'docker'] as const
  await withLab(parts, (lab) => raceIn(lab, options))
}

async function raceIn(lab: LabUnderTest, options: PushOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'oke-pipeline-bench-'))
  try {
    for (const image of imagesOf(options)) {
      const layouts = await writeLayouts(join(folder, 'layouts'), image, options.rounds)
      for (const name of options.places) {
        await using place = await openPlace(name, lab, folder)
        const { length: layerCount } = image.layerBytes
        const prefix = `bench-${randomBytes(4).toString('hex')}`
        const race: Race = { place, prefix, layouts, layerCount, folder }
        await showRace(image, race, lab, options)
      }
      await showRequests(image, { layouts, folder }, lab, options)
      await rm(join(folder, 'layouts'), { recursive: true })
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function imagesOf({ megabytes, images }: PushOptions): readonly Image[] {
  const few: Image = {
    title: `${megabytes} MB in 12 layers`,
    layerBytes: Array.from({ length: 12 }, () => Math.round((megabytes * 1e6) / 12)),
    wantedRatio: 1,
  }
  const many: Image = {
    title: '200 layers of 10 KB',
    layerBytes: Array.from({ length: 200 }, () => 10_000),
    wantedRatio: 0.5,
  }
  return [...(images.includes('few') ? [few] : []), ...(images.includes('many') ? [many] : [])]
}

/** One for each round, and for the one before that warms up. */
async function writeLayouts(
  folder: string,
  { layerBytes }: Image,
  rounds: number,
): Promise<readonly string[]> {
  const paths = []
  for (let round = 0; round <= rounds; round += 1) {
    const { path } = await writeLargeLayout(join(folder, `${round}`), layerBytes)
    paths.push(path)
  }
  return paths
}

async function showRace(
  image: Image,
  race: Race,
  lab: LabUnderTest,
  options: PushOptions,
): Promise<void> {
  const contestants = contestantsOf(race, lab, options)
  const { rounds } = options
  const title = `${image.title}. ${race.place.title}`
  await withImages(contestants, race, lab, async () => {
    show(`${title}, at first`, rounds, await compare(contestants, rounds))
    console.log(`Wanted: ≤ ${image.wantedRatio.toFixed(2)} of the fastest`)
    show(`${title}, again`, rounds, await compare(contestants, rounds))
    if (image.wantedRatio === 1) console.log(`Wanted: ≤ ${wantedAgainMilliseconds} ms`)
  })
}

async function withImages(
  contestants: readonly Contestant[],
  race: Race,
  lab: LabUnderTest,
  work: () => Promise<void>,
): Promise<void> {
  const isThere = contestants.some(({ name }) => name.startsWith('docker'))
  await (isThere ? withImagesInDocker(race, lab, work) : work())
}

function show(title: string, rounds: number, scores: readonly Score[]): void {
  console.log(`\n${title}; ${rounds} rounds in turn\n`)
  console.log('| | ms, median | fastest | push-ocir to it |\n| --- | --- | --- | --- |')
  for (const { name, milliseconds, fastestMilliseconds, ratio } of scores) {
    const times = [milliseconds, fastestMilliseconds].map((time) => time.toFixed(0))
    console.log(`| ${[name, ...times, (1 / ratio).toFixed(2)].join(' | ')} |`)
  }
}

/** Each pushes twice through a proxy that counts; push-ocir says how much memory it took. */
async function showRequests(
  image: Image,
  { layouts, folder }: Pick<Race, 'layouts' | 'folder'>,
  lab: LabUnderTest,
  options: PushOptions,
): Promise<void> {
  const host = lab.registry?.host ?? ''
  await using proxy = await startFaultyProxy({ url: new URL(`http://${host}`) })
  const place = { title: 'Counted', host: proxy.host }
  const prefix = `bench-${randomBytes(4).toString('hex')}`
  const race = {
    place,
    prefix,
    layouts: layouts.slice(0, 1),
    folder,
    layerCount: image.layerBytes.length,
  }
  const contestants = contestantsOf(race, lab, options)
  console.log(`\n${image.title}: requests\n\n| | at first | again |\n| --- | --- | --- |`)
  await withImages(contestants, race, lab, async () => {
    for (const contestant of contestants) {
      const counts: string[] = []
      for (let time = 0; time < 2; time += 1) {
        await timeOf(contestant, 0)
        counts.push(described(proxy.requests.splice(0).map(({ method }) => method)))
      }
      console.log(`| ${contestant.name} | ${counts.join(' | ')} |`)
    }
  })
  await showMemory(contestantsOf({ ...race, prefix: `${prefix}-memory` }, lab, options)[0])
}

function described(methods: readonly string[]): string {
  const kinds = [...new Set(methods)].sort()
  const counts = kinds.map((kind) => `${methods.filter((one) => one === kind).length} ${kind}`)
  return `${methods.length}: ${counts.join(', ')}`
}

async function showMemory(ours: Contestant | undefined): Promise<void> {
  if (ours === undefined) return
  const { file, args, environment } = ours
  const megabytes = await peakMemoryOf({
    file,
    args: typeof args === 'function' ? args(0) : args,
    ...(typeof environment === 'function' ? { environment: environment(0) } : {}),
  })
  console.log(
    `\nMemory of push-ocir at its peak: ${megabytes.toFixed(0)} MB (wanted: ≤ ${wantedMegabytes} MB)`,
  )
}
