import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { forEachBounded } from '@oke-pipeline/core'
import { recordingRunner } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { connectCluster } from '../src/client/cluster.ts'
import type { Cluster } from '../src/client/cluster.ts'
import { accessOf, parseKubeconfig } from '../src/client/kubeconfig.ts'

const namespace = `listing-${randomBytes(3).toString('hex')}`
let cluster: Cluster

beforeAll(async () => {
  const kubeconfig = await readFile(currentLab().kubernetes?.kubeconfig ?? '', 'utf8')
  const access = accessOf(parseKubeconfig(kubeconfig), undefined)
  cluster = connectCluster(access, recordingRunner({ folder: 'unused' }))
  await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
})

afterAll(() => cluster.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace }))

describe('a list that is longer than a page', () => {
  it('has everything once, and says where a watch goes on', async () => {
    const names = Array.from({ length: 520 }, (_, index) => `c-${index}`)
    await forEachBounded(names, { limit: 32 }, async (name) => {
      await cluster.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace } })
    })
    const type = { apiVersion: 'v1', kind: 'ConfigMap', namespace }
    const { items, resourceVersion } = await cluster.list(type)
    const found = items.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('c-'))
    expect(found.toSorted()).toEqual(names.toSorted())
    expect(resourceVersion).toMatch(/^\d+$/)
  })
})
