import { describe, expect, it } from '@jest/globals'
import type { Cluster } from '../src/client/cluster.ts'
import type { Json } from '../src/json.ts'
import type { KubernetesObject } from '../src/object.ts'
import { releaseUrl } from '../src/release/release-url.ts'

/** Only what was applied is there. */
const cluster = { get: () => Promise.resolve(undefined) } as unknown as Cluster

function object(type: string, spec: Json, status: Json = {}): KubernetesObject {
  const [apiVersion = '', kind = ''] = type.split(' ')
  return { apiVersion, kind, metadata: { name: 'a' }, spec, status }
}

const ip = { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } }
const ingress = 'networking.k8s.io/v1 Ingress'
const gateway = 'gateway.networking.k8s.io/v1 Gateway'

const cases: readonly {
  readonly name: string
  readonly objects: readonly KubernetesObject[]
  readonly url: string | undefined
}[] = [
  { name: 'nothing to reach it by', objects: [object('v1 ConfigMap', {})], url: undefined },
  {
    name: 'an Ingress with a host',
    objects: [object(ingress, { rules: [{ host: 'app.example' }] })],
    url: 'http://app.example/',
  },
  {
    name: 'an Ingress with TLS and a path',
    objects: [
      object(ingress, {
        tls: [{ hosts: ['app.example'] }],
        rules: [{ host: 'app.example', http: { paths: [{ path: '/shop' }] } }],
      }),
    ],
    url: 'https://app.example/shop',
  },
  {
    name: 'an Ingress whose path is a pattern',
    objects: [
      object(ingress, { rules: [{ host: 'a.example', http: { paths: [{ path: '/(.*)' }] } }] }),
    ],
    url: 'http://a.example/',
  },
  {
    name: 'an Ingress for every host, by its address',
    objects: [object(ingress, { rules: [{ host: '*.example' }] }, ip)],
    url: 'http://192.0.2.7/',
  },
  {
    name: 'an Ingress without an address, and a load balancer with one',
    objects: [
      object(ingress, { rules: [{}] }),
      object('v1 Service', { type: 'LoadBalancer', ports: [{ port: 8080 }] }, ip),
    ],
    url: 'http://192.0.2.7:8080/',
  },
  {
    name: 'a load balancer that serves 443 too',
    objects: [
      object('v1 Service', { type: 'LoadBalancer', ports: [{ port: 80 }, { port: 443 }] }, ip),
    ],
    url: 'https://192.0.2.7/',
  },
  {
    name: 'a Service within the cluster',
    objects: [object('v1 Service', { ports: [{ port: 80 }] }, ip)],
    url: undefined,
  },
  {
    name: 'an HTTPRoute',
    objects: [object('gateway.networking.k8s.io/v1 HTTPRoute', { hostnames: ['r.example'] })],
    url: 'https://r.example/',
  },
  {
    name: 'a Gateway of an IPv6 address',
    objects: [
      object(
        gateway,
        { listeners: [{ protocol: 'HTTP', port: 8080 }] },
        { addresses: [{ value: '2001:db8::7' }] },
      ),
    ],
    url: 'http://[2001:db8::7]:8080/',
  },
]

describe('the address of a release', () => {
  it.each(cases)('with $name: $url', async ({ objects, url }) => {
    expect(await releaseUrl(cluster, objects)).toBe(url)
  })
})
