import { randomBytes } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { recordIn, secretOf } from '../src/release/record.ts'
import type { ReleaseRecord } from '../src/release/record.ts'

const record: ReleaseRecord = {
  schema: 'release/v1',
  release: 'hello',
  revision: 7,
  outcome: 'pending',
  image: { repository: 'h/hello', digest: `sha256:${'a'.repeat(64)}`, observable: [] },
  objects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { ä: '☃' } }],
  before: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace: 'dev', object: null }],
  source: { sha: 'abc' },
  startedAt: '2026-01-01T00:00:00.000Z',
}

describe('a release record', () => {
  it('comes back from its Secret as it was', () => {
    const secret = secretOf(record, 'dev')
    expect(secret.metadata.name).toBe('oke-pipeline.hello.v7')
    expect(secret.type).toBe('oke-pipeline.dev/release.v1')
    expect(secret.metadata.labels).toMatchObject({ 'oke-pipeline.dev/outcome': 'pending' })
    expect(recordIn(secret)).toEqual(record)
  })

  it('is refused when a Secret cannot hold it', () => {
    const data = { noise: randomBytes(1_100_000).toString('base64') }
    const objects = record.objects.map((object) => ({ ...object, data }))
    expect(() => secretOf({ ...record, objects }, 'dev')).toThrow('is too large to be recorded')
  })

  const damaged = [
    { name: 'no data', data: {} },
    { name: 'what is not compressed', data: { release: 'aGFsbG8=' } },
    { name: 'something else than text', data: { release: 1 } },
  ]
  it.each(damaged)('with $name is not taken for one', ({ data }) => {
    expect(() => recordIn({ ...secretOf(record, 'dev'), data })).toThrow(
      'The release record "oke-pipeline.hello.v7" in the namespace "dev" cannot be read',
    )
  })

  it('of another schema is not taken for one', () => {
    const later = { ...record, schema: 'release/v2' } as unknown as ReleaseRecord
    expect(() => recordIn(secretOf(later, 'dev'))).toThrow('newer version of oke-pipeline')
  })
})
