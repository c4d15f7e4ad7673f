import { describe, expect, it } from '@jest/globals'
import common from 'oci-common'
import {
  endpointOf,
  endpointOverrides,
  findRegion,
  isOcid,
  parseOcid,
  partsOf,
  publishedRegions,
} from '@oke-pipeline/oci'

const metadata = JSON.stringify({
  realmKey: 'OC99',
  realmDomainComponent: 'oraclecloud99.example',
  regionKey: 'ABC',
  regionIdentifier: 'xx-hidden-1',
})

describe('publishedRegions', () => {
  it('are those that Oracle’s SDK knows, with the same keys, realms and domains', () => {
    const theirs = common.Region.values().map(({ regionId, regionCode, realm }) => {
      return {
        id: regionId,
        key: regionCode,
        realm: realm.realmId,
        domain: realm.secondLevelDomain,
      }
    })
    const ours = publishedRegions()
    expect(ours).toHaveLength(85)
    expect(new Set(ours)).toEqual(new Set(theirs))
  })
})

describe('findRegion', () => {
  it.each([
    { name: 'eu-frankfurt-1', id: 'eu-frankfurt-1', key: 'fra', domain: 'oraclecloud.com' },
    { name: ' IAD ', id: 'us-ashburn-1', key: 'iad', domain: 'oraclecloud.com' },
    { name: 'us-gov-phoenix-1', id: 'us-gov-phoenix-1', key: 'tus', domain: 'oraclegovcloud.com' },
    { name: 'eu-madrid-2', id: 'eu-madrid-2', key: 'vll', domain: 'oraclecloud.eu' },
  ])('finds $name', ({ name, ...region }) => {
    expect(findRegion(name)).toMatchObject(region)
  })

  it('takes a region that is newer than the table to be in the realm of the tenancy', () => {
    expect(findRegion('eu-atlantis-1')).toEqual({
      id: 'eu-atlantis-1',
      key: undefined,
      realm: 'oc1',
      domain: 'oraclecloud.com',
    })
    expect(findRegion('eu-atlantis-1', { realm: 'oc19' }).domain).toBe('oraclecloud.eu')
    expect(findRegion('eu-atlantis-1', { realm: 'oc77', domain: 'oc77.example' })).toMatchObject({
      realm: 'oc77',
      domain: 'oc77.example',
    })
  })

  it.each(['xx-hidden-1', 'abc'])('finds %s where OCI_REGION_METADATA describes it', (name) => {
    expect(findRegion(name, { metadata })).toEqual({
      id: 'xx-hidden-1',
      key: 'abc',
      realm: 'oc99',
      domain: 'oraclecloud99.example',
    })
  })

  it.each([
    { name: 'frankfurt', hints: {}, says: '"frankfurt" is not a region' },
    { name: 'eu-frankfurt', hints: {}, says: 'eu-frankfurt-1' },
    { name: '', hints: {}, says: 'us-ashburn-1' },
    { name: 'eu-x-1.evil.example/', hints: {}, says: 'is not a region' },
    { name: 'eu-atlantis-1', hints: { realm: 'oc77' }, says: 'realm "oc77" is not known' },
    {
      name: 'eu-atlantis-1',
      hints: { realm: 'oc77', domain: 'evil.example/?' },
      says: 'realm "oc77" is not known',
    },
    { name: 'eu-frankfurt-1', hints: { realm: 'oc19' }, says: 'belongs to the realm oc1' },
    { name: 'xx-hidden-1', hints: { metadata: '{' }, says: 'OCI_REGION_METADATA cannot be used' },
    { name: 'xx-hidden-1', hints: { metadata: '{}' }, says: 'realmKey' },
  ])('refuses "$name" with $hints', ({ name, hints, says }) => {
    expect(() => findRegion(name, hints)).toThrow(says)
  })
})

describe('endpointOf', () => {
  it.each([
    {
      service: 'artifacts',
      region: 'iad',
      url: 'https://artifacts.us-ashburn-1.oci.oraclecloud.com/20160918',
    },
    {
      service: 'registry',
      region: 'us-gov-ashburn-1',
      url: 'https://ocir.us-gov-ashburn-1.oci.oraclegovcloud.com/20180419',
    },
    {
      service: 'vulnerability-scanning',
      region: 'fra',
      url: 'https://vss-cp-api.eu-frankfurt-1.oci.oraclecloud.com/20210215',
    },
    { service: 'auth', region: 'ltn', url: 'https://auth.uk-gov-london-1.oraclegovcloud.uk/v1' },
    {
      service: 'cluster-request',
      region: 'phx',
      url: 'https://containerengine.us-phoenix-1.oraclecloud.com/cluster_request',
    },
  ] as const)('$service in $region', ({ service, region, url }) => {
    expect(endpointOf(service, findRegion(region))).toBe(url)
  })

  it('lets an address of this machine stand in', () => {
    const overrides = endpointOverrides({ OKE_PIPELINE_OCI_ARTIFACTS: 'http://127.0.0.1:81/a/' })
    expect(endpointOf('artifacts', findRegion('iad'), overrides)).toBe('http://127.0.0.1:81/a')
    expect(endpointOf('auth', findRegion('iad'), overrides)).toContain('https://auth.')
  })

  it.each(['https://evil.example', 'http://10.0.0.1', 'http://localhost.evil.example', 'x'])(
    'lets %s not stand in',
    (address) => {
      const environment = { OKE_PIPELINE_OCI_VULNERABILITY_SCANNING: address }
      expect(() => endpointOverrides(environment)).toThrow('is not an address of this machine')
    },
  )
})

describe('parseOcid', () => {
  it.each([
    {
      text: 'ocid1.cluster.oc1.iad.aaaaexample',
      parts: { type: 'cluster', realm: 'oc1', region: 'iad' },
    },
    { text: 'ocid1.tenancy.oc19..aaaa', parts: { type: 'tenancy', realm: 'oc19', region: '' } },
    {
      text: 'ocid1.containerimage.oc1.eu-paris-1.0.tenancy.aaaa',
      parts: undefined,
    },
    {
      text: 'ocid1.vsscontainerscanresult.oc1.eu-madrid-1.0.aaaa',
      parts: { type: 'vsscontainerscanresult', realm: 'oc1', region: 'eu-madrid-1' },
    },
    { text: 'my-cluster', parts: undefined },
    { text: 'ocid1.cluster.oc1.iad.a/../b', parts: undefined },
    { text: 'ocid1.cluster.oc1.iad.a?b', parts: undefined },
  ])('$text', ({ text, parts }) => {
    expect(isOcid(text) ? partsOf(text) : undefined).toEqual(parts)
  })

  it('says which thing is expected', () => {
    const parse = (): unknown => parseOcid('ocid1.user.oc1..aaaa', 'compartment', 'tenancy')
    expect(parse).toThrow('is not the OCID of a compartment or tenancy')
    expect(parse).toThrow('names a thing of the type "user"')
    expect(() => parseOcid('compartment-name', 'compartment')).toThrow('An OCID has the form')
  })
})
