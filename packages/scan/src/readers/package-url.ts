import type { AffectedPackage } from '../finding.ts'
import { Malformed } from './json-value.ts'

const form =
  /^pkg:\/*(?<type>[A-Za-z][A-Za-z0-9.+-]*)\/(?:(?<namespace>[^@?#]*)\/)?(?<name>[^@/?#]+)(?:@(?<version>[^?#]*))?/

/** Systems in whose package URLs the namespace is the distribution, and no part of the name. */
const distributions = new Set(['deb', 'rpm', 'apk', 'alpm'])

/**
 * The package that a package URL names.
 * @throws Malformed
 */
export function packageOfPurl(purl: string, path: string | undefined): AffectedPackage {
  const parts = form.exec(purl)?.groups
  if (parts === undefined) throw new Malformed('purl', `has "${purl}", which is no package URL`)
  const type = (parts.type ?? '').toLowerCase()
  const name = decoded(parts.name ?? '')
  const namespace = distributions.has(type) ? '' : decoded(parts.namespace ?? '')
  const separator = type === 'maven' ? ':' : '/'
  return {
    name: namespace === '' ? name : `${namespace}${separator}${name}`,
    version: decoded(parts.version ?? ''),
    type,
    purl,
    path,
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch (error) {
    if (error instanceof URIError) return part
    throw error
  }
}
