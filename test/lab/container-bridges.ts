import type { Addresses } from './addresses.ts'
import { runCommand } from './command.ts'
import { removeInterface } from './node-network.ts'

/** Makes the bridge on the machine that the lab's container engine attaches containers to. */
export async function addBridge({ bridgeName, bridgeAddress }: Addresses): Promise<void> {
  await removeInterface(bridgeName)
  await runCommand('ip', ['link', 'add', 'name', bridgeName, 'type', 'bridge'])
  await runCommand('ip', ['address', 'add', bridgeAddress, 'dev', bridgeName])
  await runCommand('ip', ['link', 'set', bridgeName, 'up'])
}

/** Names of the lab's bridges: its own, and those that an engine made for networks of its users. */
export async function findBridges(addresses: Addresses): Promise<readonly string[]> {
  const lines = await runCommand('ip', ['-brief', '-4', 'address', 'show', 'type', 'bridge'])
  const prefix = addresses.bridgeRange.replace(/\.\d+\.\d+\/\d+$/, '.')
  return lines.split('\n').flatMap((line) => {
    const [name = '', , ...ranges] = line.split(/\s+/)
    return ranges.some((range) => range.startsWith(prefix)) ? [name] : []
  })
}

/** Removes them all; a killed engine leaves them behind. */
export async function removeBridges(addresses: Addresses): Promise<void> {
  for (const name of await findBridges(addresses)) await removeInterface(name)
}
