import { runCommand } from './command.ts'

const firstNetwork = 192
const firstPort = 20_000
const portsPerLab = 100

/** How many labs fit on one machine. */
export const slotCount = 60

/** Everything about a lab's network that follows from its slot. */
export interface Addresses {
  /** Interface on the machine's side of the link to the node. */
  readonly interfaceName: string
  readonly hostAddress: string
  readonly nodeAddress: string
  readonly linkPrefixLength: number
  readonly podRange: string
  readonly serviceRange: string
  /** First address of the service range: the API server's. */
  readonly apiServiceAddress: string
  readonly dnsServiceAddress: string
  /** Bridge on the machine for containers of an engine that is not the node's. */
  readonly bridgeName: string
  readonly bridgeAddress: string
  /** What such an engine may give to further networks. */
  readonly bridgeRange: string
  /** Below the range from which the kernel takes ports for outgoing connections. */
  readonly firstPort: number
  readonly lastPort: number
}

/** Addresses and ports of a slot. */
export function addressesOf(slot: number): Addresses {
  const network = `10.${firstNetwork + slot}`
  const first = firstPort + slot * portsPerLab
  return {
    interfaceName: `okelab${slot}`,
    hostAddress: `${network}.0.1`,
    nodeAddress: `${network}.0.2`,
    linkPrefixLength: 30,
    podRange: `${network}.16.0/20`,
    serviceRange: `${network}.32.0/20`,
    apiServiceAddress: `${network}.32.1`,
    dnsServiceAddress: `${network}.32.10`,
    bridgeName: `okelabd${slot}`,
    bridgeAddress: `${network}.48.1/24`,
    bridgeRange: `${network}.64.0/18`,
    firstPort: first,
    lastPort: first + portsPerLab - 1,
  }
}

/** The lowest slot that no lab has and whose addresses the machine does not route anywhere yet. */
export async function chooseSlot(taken: ReadonlySet<number>): Promise<number> {
  const routes = await runCommand('ip', ['-4', 'route', 'show', 'table', 'all'])
  for (let slot = 0; slot < slotCount; slot += 1) {
    if (
      !taken.has(slot) &&
      !routes.includes(` 10.${firstNetwork + slot}.`) &&
      !hasLine(routes, slot)
    )
      return slot
  }
  throw new Error(
    `Cannot start another lab: all ${slotCount} address ranges (10.${firstNetwork}.0.0/16 and following) are in use. Stop one with "npm run lab -- down --name NAME".`,
  )
}

function hasLine(routes: string, slot: number): boolean {
  return routes.split('\n').some((line) => line.startsWith(`10.${firstNetwork + slot}.`))
}
