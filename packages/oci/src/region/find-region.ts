import { ConfigurationError, messageOf } from '@oke-pipeline/core'
import * as v from 'valibot'
import { realmDomains, regionTable } from './region-table.ts'

/** A region of Oracle Cloud, and where its services are. */
export interface Region {
  /** `eu-frankfurt-1`. */
  readonly id: string
  /** `fra`; unknown of a region that is not in the table. */
  readonly key: string | undefined
  /** `oc1`. */
  readonly realm: string
  /** The realm's second-level domain, `oraclecloud.com`. */
  readonly domain: string
}

/** What helps with a region that is newer than the table, or that Oracle does not publish. */
export interface RegionHints {
  /** The realm, as an OCID of the tenancy has it. */
  readonly realm?: string
  /** The realm's second-level domain, where the realm is not known here. */
  readonly domain?: string
  /** The text of OCI_REGION_METADATA, as Oracle's SDKs take it. */
  readonly metadata?: string
}

const idGrammar = /^[a-z]{2,}(-[a-z]+)+-[0-9]+$/
const domainGrammar = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/

/**
 * The region of an identifier or a key, in either case.
 * @throws {@link ConfigurationError} when it is no region, or its realm is not known or another
 * than the tenancy's.
 */
export function findRegion(name: string, hints: RegionHints = {}): Region {
  const wanted = name.trim().toLowerCase()
  const region = publishedRegion(wanted) ?? regionOfMetadata(wanted, hints.metadata)
  if (region === undefined) return newRegion(wanted, hints)
  if (hints.realm !== undefined) checkRealm(region, hints.realm)
  return region
}

/**
 * Checks that a region belongs to the realm of a tenancy: those of another would refuse its
 * signatures without saying why.
 * @throws {@link ConfigurationError}
 */
export function checkRealm(region: Region, realm: string): void {
  if (region.realm === realm) return
  throw new ConfigurationError({
    title: `Region "${region.id}" is not in the tenancy’s realm`,
    explanation: `It belongs to the realm ${region.realm}, the tenancy to ${realm}.`,
    remedy: 'Check the region and the tenancy.',
  })
}

/** The identifiers of all published regions. */
export function publishedRegions(): readonly Region[] {
  return Object.entries(regionTable).map(([id, { key, realm }]) => {
    return { id, key, realm, domain: realmDomains[realm] }
  })
}

function publishedRegion(wanted: string): Region | undefined {
  return publishedRegions().find(({ id, key }) => id === wanted || key === wanted)
}

const word = v.pipe(v.string(), v.toLowerCase(), v.regex(/^[a-z0-9-]+$/))
const metadataSchema = v.object({
  realmKey: word,
  realmDomainComponent: v.pipe(v.string(), v.toLowerCase(), v.regex(domainGrammar)),
  regionKey: word,
  regionIdentifier: word,
})

function regionOfMetadata(wanted: string, metadata: string | undefined): Region | undefined {
  if (metadata === undefined || metadata.trim() === '') return undefined
  const { regionIdentifier, regionKey, realmKey, realmDomainComponent } = parseMetadata(metadata)
  if (![regionIdentifier, regionKey].includes(wanted)) return undefined
  return { id: regionIdentifier, key: regionKey, realm: realmKey, domain: realmDomainComponent }
}

function parseMetadata(metadata: string): v.InferOutput<typeof metadataSchema> {
  try {
    return v.parse(metadataSchema, JSON.parse(metadata))
  } catch (error) {
    throw new ConfigurationError({
      title: 'OCI_REGION_METADATA cannot be used',
      explanation: `It is not the JSON object that Oracle’s SDKs take: ${messageOf(error)}.`,
      remedy:
        'Give {"realmKey": …, "realmDomainComponent": …, "regionKey": …, "regionIdentifier": …}, or remove the variable.',
      cause: error,
    })
  }
}

/** A region that the table does not have: its services are where its realm's are. */
function newRegion(wanted: string, { realm = 'oc1', domain }: RegionHints): Region {
  if (!idGrammar.test(wanted)) throw noRegion(wanted)
  const realmDomain = domain ?? domainOf(realm)
  if (realmDomain === undefined || !domainGrammar.test(realmDomain)) {
    throw new ConfigurationError({
      title: `The domain of realm "${realm}" is not known`,
      explanation: `Neither region "${wanted}" nor its realm is in Oracle’s published table.`,
      remedy:
        'Describe the region in the environment variable OCI_REGION_METADATA, as for Oracle’s SDKs.',
    })
  }
  return { id: wanted, key: undefined, realm, domain: realmDomain }
}

/** The realm that has a second-level domain; the first one, where two have the same. */
export function realmOfDomain(domain: string): string | undefined {
  return Object.entries(realmDomains).find(([, known]) => known === domain)?.[0]
}

function domainOf(realm: string): string | undefined {
  return Object.entries(realmDomains).find(([known]) => known === realm)?.[1]
}

function noRegion(wanted: string): ConfigurationError {
  const [prefix = ''] = wanted.split('-')
  const ids = publishedRegions().map(({ id }) => id)
  const near = ids.filter((id) => id.startsWith(`${prefix}-`))
  const examples = near.length > 0 ? near : ['eu-frankfurt-1', 'us-ashburn-1']
  return new ConfigurationError({
    title: `"${wanted}" is not a region`,
    explanation: 'A region is given by its identifier or its three-letter key.',
    remedy: `Give one such as ${examples.join(', ')}.`,
  })
}
