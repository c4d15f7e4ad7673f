import { ConfigurationError, isLoopback } from '@oke-pipeline/core'
import { realmDomains } from '../region/region-table.ts'

/**
 * The address of an identity domain. The workflow's token and the client's secret go there, so it
 * must be one of Oracle's.
 * @throws ConfigurationError for any other address.
 */
export function parseDomainUrl(text: string): URL {
  const url = URL.parse(text.trim().replace(/\/+$/, ''))
  if (url !== null && isBare(url) && (isOracles(url) || isOwnMachine(url))) return url
  throw new ConfigurationError({
    title: `"${text}" is not the address of an identity domain`,
    explanation:
      'It is "https://idcs-<32 hex digits>.identity.oraclecloud.com", or that of another realm; the workflow’s token is sent nowhere else.',
    remedy: 'Copy "Domain URL" from the page of the identity domain in the OCI console.',
  })
}

function isBare({ pathname, search, hash, username, password }: URL): boolean {
  return pathname === '/' && `${search}${hash}${username}${password}` === ''
}

function isOracles({ protocol, hostname, port }: URL): boolean {
  const isIdentity = hostname.includes('.identity.')
  const isKnown = Object.values(realmDomains).some((domain) => hostname.endsWith(`.${domain}`))
  return protocol === 'https:' && port === '' && isIdentity && isKnown
}

/** For tests. */
function isOwnMachine({ protocol, host }: URL): boolean {
  return protocol === 'http:' && isLoopback(host)
}
