import { describe, expect, it } from '@jest/globals'
import { GateError } from '@oke-pipeline/core'
import type { ReadOptions, ScanReport } from '../src/index.ts'
import { capturedAt, criticalImage, fixture, read, sampleImage } from './sample-report.ts'

/**
 * A broken report is never taken for a better one: reading it fails with a GateError, or finds as
 * many things as the whole report has. (What a bit flip makes of a score or of a version, nobody
 * can tell from what the tool wrote.)
 */
const reports = [
  { file: 'grype/0.120.1/critical-whole.json', image: criticalImage },
  { file: 'grype/0.120.1/critical.cdx.json', image: criticalImage },
  { file: 'grype/0.120.1/critical.sarif', image: criticalImage },
  { file: 'trivy/0.72.0/critical.json', image: criticalImage },
  { file: 'trivy/0.72.0/critical.cdx.json', image: criticalImage },
  { file: 'trivy/0.72.0/critical.sarif', image: criticalImage },
  { file: 'osv-scanner/sample.json', image: sampleImage },
  { file: 'clair/sample.json', image: sampleImage },
  { file: 'snyk/sample.json', image: sampleImage },
]

const seed = 20261125
const ofEach = 1120

/** Numbers that are the same in each run: mulberry32. */
function randomFrom(start: number): (below: number) => number {
  let state = start
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return Math.floor((((value ^ (value >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

type Random = (below: number) => number

function truncated(text: string, random: Random): string {
  return text.trimEnd().slice(0, random(text.trimEnd().length - 1))
}

function flipped(text: string, random: Random): string {
  const bytes = Buffer.from(text)
  const index = random(bytes.length)
  bytes[index] = (bytes[index] ?? 0) ^ (1 << random(8))
  return bytes.toString()
}

const replacements: readonly unknown[] = [null, true, 0, -1, 'x', {}, '']

/** Another type in place of some value; an empty list instead of a full one is a valid report. */
function swapped(text: string, random: Random): string {
  const document = JSON.parse(text) as unknown
  const places: { readonly holder: Record<string, unknown>; readonly key: string }[] = []
  collect(document)
  const place = places[random(places.length)]
  if (place === undefined) throw new Error('A report has values')
  place.holder[place.key] = replacements[random(replacements.length)]
  return JSON.stringify(document)

  function collect(value: unknown): void {
    if (typeof value !== 'object' || value === null) return
    const holder = value as Record<string, unknown>
    for (const key of Object.keys(holder)) {
      places.push({ holder, key })
      collect(holder[key])
    }
  }
}

const breakages = [truncated, flipped, swapped]

function outcomeOf(text: string, options: Partial<ReadOptions>): ScanReport | 'refused' {
  try {
    return read(text, options)
  } catch (error) {
    if (error instanceof GateError) return 'refused'
    throw error
  }
}

describe('10 000 broken reports', () => {
  it.each(reports)('of which none is a better one: $file', ({ file, image }) => {
    const text = fixture(file)
    const options = { image, now: capturedAt }
    const whole = read(text, options)
    const random = randomFrom(seed)
    const better: string[] = []
    let refused = 0
    for (let count = 0; count < ofEach; count += 1) {
      const breakage = breakages[count % breakages.length] ?? truncated
      const broken = breakage(text, random)
      const outcome = outcomeOf(broken, options)
      if (outcome === 'refused') refused += 1
      else if (outcome.findings.length < whole.findings.length) {
        better.push(`${breakage.name} ${difference(text, broken)}`)
      }
    }
    expect(better).toEqual([])
    expect(refused).toBeGreaterThan(ofEach / 3)
  })
})

/** Where a broken report differs, for whoever has to mend a reader. */
function difference(text: string, broken: string): string {
  const whole = broken.length < text.length / 2 ? text : JSON.stringify(JSON.parse(text))
  const other = text.length === broken.length ? text : whole
  let index = 0
  while (other[index] === broken[index] && index < broken.length) index += 1
  return broken.slice(Math.max(0, index - 60), index + 40)
}
