import picomatch from 'picomatch'
import type { Finding } from '../finding.ts'
import type { JudgedImage } from '../gate/judge-context.ts'
import { fitsPackageUrl, parsePackageUrl } from '../package-url.ts'
import type { PackageName } from '../package-url.ts'
import { versionTest } from './version-range.ts'
import type { WaivedPackage, Waiver } from './waiver.ts'

/** Tells whether a waiver, whose identifier a finding has, covers that finding. */
export type WaiverTest = (finding: Finding) => boolean

type PurlReader = (text: string) => PackageName | undefined

/** Everything that a waiver asks of a finding besides its identifier, made ready once. */
export function waiverTest(waiver: Waiver, image: JudgedImage, read: PurlReader): WaiverTest {
  const tests = [
    waiver.kinds.length === 0 ? [] : [kindTest(waiver)],
    waiver.fixState === undefined ? [] : [({ fixState }: Finding) => fixState === waiver.fixState],
    waiver.package === undefined ? [] : packageTests(waiver.package, read),
    waiver.scope.paths.length === 0 ? [] : [pathTest(waiver.scope.paths)],
    placeTests(waiver, image),
  ].flat()
  return (finding) => tests.every((test) => test(finding))
}

function kindTest({ kinds }: Waiver): WaiverTest {
  return ({ kind }) => kinds.includes(kind)
}

function packageTests(wanted: WaivedPackage, read: PurlReader): readonly WaiverTest[] {
  const { name, namePattern, version, type, purls } = wanted
  const isVersion = version === undefined ? undefined : versionTest(version)
  const patterns = purls.map(parsePackageUrl)
  return [
    ...(name === undefined ? [] : [packageTest((found) => found.name === name)]),
    ...(namePattern === undefined ? [] : [packageTest((found) => namePattern.test(found.name))]),
    ...(version === undefined ? [] : [packageTest((found) => isVersion?.(found.version) === true)]),
    ...(type === undefined ? [] : [packageTest((found) => found.type === type)]),
    ...(purls.length === 0 ? [] : [purlTest(patterns, read)]),
  ]
}

function packageTest(test: (found: NonNullable<Finding['package']>) => boolean): WaiverTest {
  return (finding) => finding.package !== undefined && test(finding.package)
}

function purlTest(patterns: readonly (PackageName | undefined)[], read: PurlReader): WaiverTest {
  return packageTest(({ purl }) => {
    const actual = purl === undefined ? undefined : read(purl)
    if (actual === undefined) return false
    return patterns.some((pattern) => pattern !== undefined && fitsPackageUrl(pattern, actual))
  })
}

/** The root alone is the place of no finding, and a pattern that picomatch refuses. */
function pathTest(globs: readonly string[]): WaiverTest {
  const patterns = globs.map(withoutRoot).filter((pattern) => pattern !== '')
  const isMatch = picomatch(patterns, { dot: true, strictSlashes: true })
  return (finding) => {
    const path = finding.package?.path ?? finding.place?.path
    return path !== undefined && isMatch(withoutRoot(path))
  }
}

/** Scanners write paths in an image with and without the slash of its root. */
function withoutRoot(path: string): string {
  return path.replace(/^\.?\/+/, '')
}

/**
 * A finding on several platforms is covered only where each of them is: the one that is not would
 * go out with it.
 */
function placeTests({ scope }: Waiver, image: JudgedImage): readonly WaiverTest[] {
  const { digests, platforms } = scope
  const inScope = (name: string): boolean => platforms.length === 0 || platforms.includes(name)
  const isDigest = (name: string): boolean =>
    digests.length === 0 || hasDigest(digests, image, name)
  if (platforms.length === 0 && (digests.length === 0 || digests.includes(image.digest))) return []
  return [
    (finding) => {
      const names = platformsOf(finding, image)
      return names.length > 0 && names.every((name) => inScope(name) && isDigest(name))
    },
  ]
}

function hasDigest(digests: readonly string[], image: JudgedImage, platform: string): boolean {
  if (digests.includes(image.digest)) return true
  const manifest = image.platforms.find(({ name }) => name === platform)
  return manifest !== undefined && digests.includes(manifest.digest)
}

function platformsOf(finding: Finding, image: JudgedImage): readonly string[] {
  return finding.platforms.length > 0 ? finding.platforms : image.platforms.map(({ name }) => name)
}
