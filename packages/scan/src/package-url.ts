import { PackageURL } from 'packageurl-js'

/** What of a package URL says which package it is. */
export interface PackageName {
  /** Type, namespace and name: `npm/@babel/core`. */
  readonly base: string
  readonly type: string
  readonly name: string
  readonly version: string | undefined
  readonly qualifiers: Readonly<Record<string, string>>
}

/** Reads a package URL; undefined for what is none. */
export function parsePackageUrl(text: string): PackageName | undefined {
  try {
    const { type, namespace, name, version, qualifiers } = PackageURL.fromString(text)
    return {
      base: [type, namespace, name].filter((part) => part !== undefined).join('/'),
      type,
      name,
      version,
      qualifiers: { ...qualifiers },
    }
  } catch {
    // The library throws for everything that is no package URL: which is the answer.
    return undefined
  }
}

/** Reads package URLs, each text but once: the same packages come with many findings. */
export function packageUrlReader(): (text: string) => PackageName | undefined {
  const known = new Map<string, PackageName | undefined>()
  return (text) => {
    if (known.has(text)) return known.get(text)
    const read = parsePackageUrl(text)
    known.set(text, read)
    return read
  }
}

/** Whether a package is one that a pattern names: all that the pattern says is so. */
export function fitsPackageUrl(pattern: PackageName, actual: PackageName): boolean {
  if (pattern.base !== actual.base) return false
  if (pattern.version !== undefined && pattern.version !== actual.version) return false
  return Object.entries(pattern.qualifiers).every(
    ([key, value]) => actual.qualifiers[key] === value,
  )
}
