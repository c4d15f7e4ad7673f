import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'

/** Where an address leads: past the edge of the machine, of its network, or to everybody. */
export type Reach = 'loopback' | 'link-local' | 'private' | 'public'

/** The special-purpose address registries of IANA (RFC 6890), as far as they can be reached. */
const ranges: readonly (readonly [Reach, ...(readonly (readonly [string, number])[])])[] = [
  ['loopback', ['127.0.0.0', 8], ['0.0.0.0', 8], ['::', 127]],
  ['link-local', ['169.254.0.0', 16], ['192.0.0.0', 24], ['fe80::', 10]],
  [
    'private',
    ...([
      ['10.0.0.0', 8],
      ['172.16.0.0', 12],
      ['192.168.0.0', 16],
    ] as const),
    ...([
      ['100.64.0.0', 10],
      ['198.18.0.0', 15],
      ['fc00::', 7],
    ] as const),
  ],
]

/** Finds the addresses of a host name. */
export type Resolve = (name: string) => Promise<readonly string[]>

/**
 * How far a host, as a URL writes it, is away: the nearest of the addresses that its name has. A
 * name that cannot be looked up here, as behind a proxy, counts as public.
 */
export async function reachOf(hostname: string, resolve: Resolve = systemResolve): Promise<Reach> {
  const name = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (/(^|\.)localhost$/i.test(name)) return 'loopback'
  if (isIP(name) !== 0) return reachOfAddress(name)
  const found = new Set((await resolve(name)).map(reachOfAddress))
  return ranges.find(([reach]) => found.has(reach))?.[0] ?? 'public'
}

function reachOfAddress(address: string): Reach {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  return ranges.find(([, ...nets]) => listOf(nets).check(address, family))?.[0] ?? 'public'
}

function listOf(nets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList()
  for (const [net, prefix] of nets) list.addSubnet(net, prefix, isIP(net) === 6 ? 'ipv6' : 'ipv4')
  return list
}

async function systemResolve(name: string): Promise<readonly string[]> {
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address)
  } catch {
    // Whoever connects will say it better; a proxy may know the name.
    return []
  }
}
