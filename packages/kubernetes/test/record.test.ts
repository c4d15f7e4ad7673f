import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from '@jest/globals'
import { fieldOf } from '../src/json.ts'
import type { KubernetesObject } from '../src/object.ts'
import { recordsIn, revisionOf, secretsOf } from '../src/release/record-secrets.ts'
import type { ReleaseRecord } from '../src/release/record.ts'

const record: ReleaseRecord = {
  schema: 'release/v2',
  release: 'hello',
  revision: 7,
  outcome: 'pending',
  image: { repository: 'h/hello', digest: `sha256:${'a'.repeat(64)}`, observable: [] },
  objects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { ä: '☃' } }],
  hooks: [],
  before: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace: 'dev', object: null }],
  source: { sha: 'abc', runId: '12' },
  startedAt: '2026-01-01T00:00:00.000Z',
}

/** Noise does not get smaller when it is compressed: base64 of it takes 3 bytes for 4. */
function withNoise(bytes: number): ReleaseRecord {
  const data = { noise: randomBytes(bytes).toString('base64') }
  return { ...record, objects: record.objects.map((object) => ({ ...object, data })) }
}

const biggest = 1024 * 1024

function bytesOf({ data }: KubernetesObject): number {
  const values = Object.values(data as Record<string, string>)
  return values.reduce((sum, value) => sum + Buffer.from(value, 'base64').byteLength, 0)
}

describe('a release record', () => {
  it('comes back from its Secret as it was', () => {
    const { head, parts } = secretsOf(record, 'dev')
    expect(parts).toEqual([])
    expect(head.metadata.name).toBe('oke-pipeline.hello.v7')
    expect(head.type).toBe('oke-pipeline.dev/release.v1')
    expect(head.metadata.labels).toMatchObject({ 'oke-pipeline.dev/outcome': 'pending' })
    expect(revisionOf(head)).toEqual({ revision: 7, isPart: false })
    expect(recordsIn([head])).toEqual([record])
  })

  it('is split over as many Secrets as it takes, in any order', () => {
    const large = withNoise(3_500_000)
    const { record: split, head, parts } = secretsOf(large, 'dev')
    expect(parts.map(({ metadata }) => metadata.name)).toEqual([
      'oke-pipeline.hello.v7.part1',
      'oke-pipeline.hello.v7.part2',
      'oke-pipeline.hello.v7.part3',
      'oke-pipeline.hello.v7.part4',
    ])
    expect(parts.map(revisionOf)).toEqual(Array(4).fill({ revision: 7, isPart: true }))
    expect(Math.max(...[head, ...parts].map(bytesOf))).toBeLessThan(biggest)
    expect(split.parts).toMatchObject({ count: 4 })
    expect(recordsIn([...parts].reverse().concat(head))).toEqual([split])
  })

  it('changes its outcome without its parts being written again', () => {
    const { record: split, parts } = secretsOf(withNoise(1_500_000), 'dev')
    const deployed = { ...split, outcome: 'deployed' as const }
    const later = secretsOf(deployed, 'dev')
    expect(later.parts).toEqual([])
    expect(bytesOf(later.head)).toBeLessThan(2000)
    expect(recordsIn([later.head, ...parts])).toEqual([deployed])
  })

  it('is refused when it is larger than sixteen Secrets', () => {
    expect(() => secretsOf(withNoise(16_500_000), 'dev')).toThrow('is too large to be recorded')
  })

  it('that an earlier version has written is still read, and written anew', () => {
    const first = { ...record, schema: 'release/v1' }
    const release = gzipSync(JSON.stringify(first)).toString('base64')
    const { head } = secretsOf(record, 'dev')
    expect(recordsIn([{ ...head, data: { release } }])).toEqual([record])
  })

  it('is not made up from parts that an interrupted run has left', () => {
    const { head, parts } = secretsOf(withNoise(1_500_000), 'dev')
    expect(recordsIn(parts)).toEqual([])
    expect(() => recordsIn([head, ...parts.slice(1)])).toThrow('cannot be read')
    const [one, ...rest] = parts
    const swapped = rest.map((part) => ({ ...part, data: one?.data }))
    expect(() => recordsIn([head, ...parts.slice(0, 1), ...swapped])).toThrow('cannot be read')
  })

  const damaged = [
    { name: 'no data', data: {} },
    { name: 'what is not compressed', data: { release: 'aGFsbG8=' } },
    { name: 'something else than text', data: { release: 1 } },
    {
      name: 'no contents',
      data: { release: fieldOf(secretsOf(record, 'dev').head, 'data', 'release') },
    },
  ]
  it.each(damaged)('with $name is not taken for one', ({ data }) => {
    expect(() => recordsIn([{ ...secretsOf(record, 'dev').head, data }])).toThrow(
      'The release record "oke-pipeline.hello.v7" in the namespace "dev" cannot be read',
    )
  })

  it('of another schema is not taken for one', () => {
    const later = { ...record, schema: 'release/v3' } as unknown as ReleaseRecord
    expect(() => recordsIn([secretsOf(later, 'dev').head])).toThrow('newer version of oke-pipeline')
  })
})
