import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../actions.ts'

/** The file of packages/oci that holds the table. */
export const regionTablePath = 'packages/oci/src/region/region-table.ts'

/**
 * The table of OCI's regions and realms, from what Oracle's SDK registers. The SDK's sources are
 * read, not loaded: loading it would add the regions of this machine's own OCI configuration.
 */
export async function regionTable(): Promise<string> {
  const version = (JSON.parse(await sdkFile('package.json')) as { version: string }).version
  const domains = matches(await sdkFile('lib/realm.js'), realmCall)
  const regions = matches(await sdkFile('lib/region.js'), regionCall)
  const rows = regions.map(([id, realm, key]) => rowOf(id, realm.toLowerCase(), key, domains))
  rows.sort()
  return [
    `// Written by "npm run generate" from oci-common ${version}. Do not edit.`,
    '/** Every region that Oracle has published: its key, its realm, and the realm’s domain. */',
    'export const regionTable = {',
    ...rows,
    '} as const',
    '',
    '/** The second-level domain of each realm. */',
    'export const realmDomains = {',
    ...domains.map(([realm, domain]) => `${realm}: '${domain}',`).toSorted(inNumericOrder),
    '} as const',
    '',
  ].join('\n')
}

const realmCall = /Realm\.register\("(oc\d+)", "([a-z0-9.]+)"()\)/g
const regionCall = /Region\.register\("([a-z0-9-]+)", realm_1\.Realm\.(OC\d+), "([a-z]{3})"\)/g

type Triple = readonly [string, string, string]

function matches(text: string, call: RegExp): readonly Triple[] {
  const calls = text.match(/Realm\.register\("|Region\.register\("/g) ?? []
  const found = [...text.matchAll(call)].map((match): Triple => [
    match[1] ?? '',
    match[2] ?? '',
    match[3] ?? '',
  ])
  if (found.length === 0 || found.length !== calls.length) {
    throw new Error(`oci-common registers ${calls.length} names, of which ${found.length} are read`)
  }
  return found
}

function rowOf(id: string, realm: string, key: string, domains: readonly Triple[]): string {
  if (!domains.some(([known]) => known === realm)) throw new Error(`Realm ${realm} has no domain`)
  return `'${id}': { key: '${key}', realm: '${realm}' },`
}

async function sdkFile(path: string): Promise<string> {
  return readFile(join(root, 'node_modules/oci-common', path), 'utf8')
}

function inNumericOrder(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true })
}
