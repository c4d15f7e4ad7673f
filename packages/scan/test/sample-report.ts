import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readReport } from '../src/index.ts'
import type { Finding, ImageIdentity, ReadOptions, ScanReport } from '../src/index.ts'

/** A file of test/fixtures, such as `trivy/0.72.0/critical.json`. */
export function fixture(path: string): string {
  return readFileSync(join(import.meta.dirname, 'fixtures', path), 'utf8')
}

/** The image that the captured reports `critical` are about. */
export const criticalImage: ImageIdentity = {
  digest: 'sha256:fe67f3a05e9a9ab79146d2dd644e0267455f14ad5d45638a52c6d2add1acefa5',
  indexDigest: undefined,
  configDigest: 'sha256:128cb66024937727465326f5327c40cf68005eccfaa27b9f89277ed5cf5c506c',
  layers: [
    {
      diffId: 'sha256:30ad69d5eaad88303628982e4e3e9c626784f1c5865842c87b43dbe1feca4825',
      digest: 'sha256:05bd7e1be9bcaaea73507b401f0ce4ae2a121be6787e9767c74b0fa24bf5635e',
    },
    {
      diffId: 'sha256:42f5ae69c2d001d82848945ca21c64ad6bdbbf10ac53eba65bab95e134d90a11',
      digest: 'sha256:c05fd824a2807f56089a45e7ec38f00b7119b7e6f65031c247905f82836e785c',
    },
  ],
  baseLayerCount: 1,
  platform: undefined,
}

/** The image that the reports written by hand are about. */
export const sampleImage: ImageIdentity = {
  digest: `sha256:${'1'.repeat(64)}`,
  indexDigest: undefined,
  configDigest: `sha256:${'2'.repeat(64)}`,
  layers: ['a', 'b'].map((letter) => ({
    diffId: `sha256:${letter.repeat(64)}`,
    digest: `sha256:${letter.repeat(63)}0`,
  })),
  baseLayerCount: 1,
  platform: undefined,
}

/** An hour after the reports were captured. */
export const capturedAt = new Date('2026-11-25T04:00:07Z')

/** Reads a report as it would be read an hour after it was made. */
export function read(text: string, changes: Partial<ReadOptions> = {}): ScanReport {
  return readReport(text, {
    name: 'report.json',
    image: criticalImage,
    databaseMaxAgeSeconds: 5 * 24 * 3600,
    now: capturedAt,
    ...changes,
  })
}

/** A finding in one line: `critical CVE-2021-44906 npm/minimist@1.2.0 fixed in 1.2.6`. */
export function line({ severity, id, package: found, place, fixedIn }: Finding): string {
  const where =
    found === undefined ? (place?.path ?? '') : `${found.type}/${found.name}@${found.version}`
  const fix = fixedIn[0] === undefined ? '' : ` fixed in ${fixedIn[0]}`
  return `${severity} ${id} ${where}${fix}`
}
