import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Contribution, GroupContext, GroupDefinition } from '../group.ts'
import { isAnswering } from '../http-probe.ts'
import { crane } from './crane.ts'

/** A second implementation of a registry: plain HTTP, with the referrers API. */
export interface ReferrersRegistryDetails {
  readonly host: string
  readonly ports: readonly number[]
}

/** go-containerregistry's registry. */
export const group: GroupDefinition<'referrers-registry'> = {
  name: 'referrers-registry',
  requires: [],
  systemPackages: [],
  parts: [crane],
  start: startReferrersRegistry,
}

async function startReferrersRegistry(
  context: GroupContext,
): Promise<Contribution<'referrers-registry'>> {
  const port = await context.freePort()
  const host = `127.0.0.1:${port}`
  const blobs = join(context.directory, 'blobs')
  await mkdir(blobs)
  const args = ['registry', 'serve', '--address', host, '--disk', blobs]
  context.spawn('referrers-registry', await context.provide(crane), args)
  await context.waitFor(
    'the referrers registry to answer',
    async () => isAnswering(`http://${host}/v2/`),
    20,
  )
  return { details: { host, ports: [port] }, versions: { crane: crane.version } }
}
