import { expect, it } from '@jest/globals'
import { warnOfOldServer } from '../src/server-version.ts'

async function warningsOf(version: string): Promise<readonly string[]> {
  const lines: string[] = []
  const cluster = { service: 'cluster https://c', version: () => Promise.resolve(version) }
  await warnOfOldServer(cluster, { warning: (line) => void lines.push(line) })
  return lines
}

it('warns of servers before 1.27, by both versions', async () => {
  expect(await warningsOf('v1.26.15')).toEqual([
    expect.stringContaining(
      'The cluster https://c is of Kubernetes v1.26.15, older than v1.27: what',
    ),
  ])
})

it.each(['v1.27.0', 'v1.34.1', 'v1.36.0-rc.1', 'v2.1.0', ''])(
  'does not warn of %p',
  async (version) => {
    expect(await warningsOf(version)).toEqual([])
  },
)
