import type { OpenService } from './fake-oci.ts'

/** What the metadata service of an instance tells, in PEM. */
export interface FakeInstance {
  readonly certificate: string
  readonly privateKey: string
  readonly intermediate: string
}

/** The metadata service (version 2) of an instance in Ashburn. */
export function fakeInstanceMetadata(instance: FakeInstance): OpenService {
  const documents: Readonly<Record<string, unknown>> = {
    'identity/cert.pem': instance.certificate,
    'identity/key.pem': instance.privateKey,
    'identity/intermediate.pem': instance.intermediate,
    'instance/region': 'iad',
    'instance/regionInfo/': {
      realmKey: 'oc1',
      realmDomainComponent: 'oraclecloud.com',
      regionKey: 'IAD',
      regionIdentifier: 'us-ashburn-1',
    },
  }
  return ({ method, target, headers }) => {
    const name = target.slice('/opc/v2/'.length)
    if (method !== 'GET' || !target.startsWith('/opc/v2/')) return undefined
    // Version 2 takes no request without this header, so that no redirect can read it.
    if (headers.authorization !== 'Bearer Oracle') return { status: 401 }
    return name in documents ? { status: 200, body: documents[name] } : { status: 404 }
  }
}
