import { hasStatus } from '../client/api-error.ts'
import type { Cluster } from '../client/cluster.ts'
import { fieldOf, objectsOf } from '../json.ts'
import type { Json } from '../json.ts'
import { groupOf, referenceOf } from '../object.ts'
import type { KubernetesObject } from '../object.ts'

/**
 * Where people reach a release: by its first Ingress, else HTTPRoute, Gateway or Service with a load
 * balancer. Undefined where it has none of these, or none with an address yet.
 */
export async function releaseUrl(
  cluster: Cluster,
  objects: readonly KubernetesObject[],
): Promise<string | undefined> {
  for (const kind of kinds) {
    for (const object of objects.filter(kind.is)) {
      const live = (await liveOf(cluster, object)) ?? object
      const url = kind.urlOf(live)
      if (url !== undefined) return url
    }
  }
  return undefined
}

interface Reachable {
  readonly is: (object: KubernetesObject) => boolean
  readonly urlOf: (live: KubernetesObject) => string | undefined
}

const kinds: readonly Reachable[] = [
  { is: (object) => isOf(object, 'networking.k8s.io', 'Ingress'), urlOf: ingressUrl },
  { is: (object) => isOf(object, 'gateway.networking.k8s.io', 'HTTPRoute'), urlOf: routeUrl },
  { is: (object) => isOf(object, 'gateway.networking.k8s.io', 'Gateway'), urlOf: gatewayUrl },
  {
    is: (object) =>
      isOf(object, '', 'Service') && fieldOf(object, 'spec', 'type') === 'LoadBalancer',
    urlOf: serviceUrl,
  },
]

function isOf({ apiVersion, kind }: KubernetesObject, group: string, wanted: string): boolean {
  return kind === wanted && groupOf(apiVersion) === group
}

async function liveOf(
  cluster: Cluster,
  object: KubernetesObject,
): Promise<KubernetesObject | undefined> {
  try {
    return await cluster.get(referenceOf(object))
  } catch (error) {
    // Who may apply it but not read it gets what the manifest says.
    if (hasStatus(error, 403)) return undefined
    throw error
  }
}

function ingressUrl(ingress: KubernetesObject): string | undefined {
  const [rule] = objectsOf(fieldOf(ingress, 'spec', 'rules'))
  const host = publicHost(rule?.host) ?? balancerAddress(ingress)
  if (host === undefined) return undefined
  const tls = objectsOf(fieldOf(ingress, 'spec', 'tls'))
  const isSecure = tls.some(({ hosts }) => hosts === undefined || stringsIn(hosts).includes(host))
  const [path] = objectsOf(fieldOf(rule, 'http', 'paths'))
  return addressOf({ isSecure, host, path: textOf(path?.path) })
}

/** Whether a route is behind TLS is for its Gateway to say; in public it is. */
function routeUrl(route: KubernetesObject): string | undefined {
  const host = publicHost(stringsIn(fieldOf(route, 'spec', 'hostnames'))[0])
  return host === undefined ? undefined : addressOf({ isSecure: true, host })
}

function gatewayUrl(gateway: KubernetesObject): string | undefined {
  const listeners = objectsOf(fieldOf(gateway, 'spec', 'listeners'))
  const listener = listeners.find(({ protocol }) => protocol === 'HTTPS') ?? listeners[0]
  const [address] = objectsOf(fieldOf(gateway, 'status', 'addresses'))
  const host = publicHost(listener?.hostname) ?? textOf(address?.value)
  if (host === undefined || listener === undefined) return undefined
  return addressOf({ isSecure: listener.protocol === 'HTTPS', host, port: listener.port })
}

function serviceUrl(service: KubernetesObject): string | undefined {
  const host = balancerAddress(service)
  const ports = objectsOf(fieldOf(service, 'spec', 'ports'))
  const found = ports.find(({ port }) => port === 443) ?? ports[0]
  if (host === undefined || found === undefined) return undefined
  const isSecure = found.port === 443 || found.name === 'https' || found.appProtocol === 'https'
  return addressOf({ isSecure, host, port: found.port })
}

/** The address that the load balancer has got, of an Ingress or a Service. */
function balancerAddress(object: KubernetesObject): string | undefined {
  const [ingress] = objectsOf(fieldOf(object, 'status', 'loadBalancer', 'ingress'))
  return textOf(ingress?.hostname) ?? textOf(ingress?.ip)
}

/** A host that a browser can open: no wildcard. */
function publicHost(host: Json | undefined): string | undefined {
  const text = textOf(host)
  return text?.includes('*') === true ? undefined : text
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function stringsIn(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

function addressOf(parts: {
  readonly isSecure: boolean
  readonly host: string
  readonly port?: Json | undefined
  readonly path?: string | undefined
}): string {
  const { isSecure, host, port, path = '/' } = parts
  const name = host.includes(':') ? `[${host}]` : host
  const isUsual = typeof port !== 'number' || port === (isSecure ? 443 : 80)
  // What an ingress controller matches may be a pattern, which no browser can open.
  const shown = /^[\w./~-]*$/.test(path) ? path : '/'
  return `http${isSecure ? 's' : ''}://${name}${isUsual ? '' : `:${port}`}${shown}`
}
