import { describe, expect, it } from '@jest/globals'
import { GateError } from '@oke-pipeline/core'
import { promotableImage } from '../src/index.ts'
import type { SeenRelease, SeenWorkload } from '../src/index.ts'

const digest = `sha256:${'a'.repeat(64)}`
const platform = `sha256:${'b'.repeat(64)}`
const other = `sha256:${'c'.repeat(64)}`
const environment = { name: 'dev', namespace: 'hello-dev' }

function workload(changes: Partial<SeenWorkload> = {}): SeenWorkload {
  return {
    reference: { kind: 'Deployment', name: 'hello' },
    phase: 'ready',
    message: 'is up to date',
    wantedPods: 2,
    readyPods: 2,
    digests: [digest],
    ...changes,
  }
}

function release(...workloads: readonly SeenWorkload[]): SeenRelease {
  const image = { repository: 'iad.ocir.io/ns/hello', digest, observable: [digest, platform] }
  return { record: { revision: 4, image }, workloads }
}

describe('promotableImage', () => {
  it('is the image that every pod runs', () => {
    expect(promotableImage({ environment, release: release(workload()) })).toEqual({
      repository: 'iad.ocir.io/ns/hello',
      digest,
    })
  })

  it('is the index when the pods run its image for their platform', () => {
    const seen = release(workload({ digests: [platform] }))
    expect(promotableImage({ environment, release: seen }).digest).toBe(digest)
  })

  it('takes workloads of other images for what they are', () => {
    const database = workload({ reference: { kind: 'StatefulSet', name: 'db' }, digests: [] })
    const seen = release(workload(), database)
    expect(promotableImage({ environment, release: seen, expectedDigest: digest }).digest).toBe(
      digest,
    )
  })

  const refused = [
    {
      name: 'an environment where nothing is deployed',
      release: undefined,
      says: 'Nothing to promote from "dev": The namespace "hello-dev" has no record',
    },
    {
      name: 'pods that are not ready',
      release: release(
        workload({ phase: 'progressing', message: '1 of 2 pods are ready', readyPods: 1 }),
      ),
      says: 'Deployment/hello: 1 of 2 pods are ready',
    },
    {
      name: 'one workload that is not ready among others',
      release: release(
        workload(),
        workload({
          reference: { kind: 'StatefulSet', name: 'db' },
          phase: 'failed',
          message: 'does not exist any more',
          digests: [],
        }),
      ),
      says: 'StatefulSet/db: does not exist any more',
    },
    {
      name: 'pods of different digests',
      release: release(workload({ digests: [digest, other] })),
      says: `"dev" is not seen to run ${digest}: In the namespace "hello-dev":\n  - Deployment/hello runs ${other}\n`,
    },
    {
      name: 'pods of another digest than the recorded one',
      release: release(workload({ digests: [other] })),
      says: `Deployment/hello runs ${other}`,
    },
    {
      name: 'a release without pods',
      release: release(workload({ wantedPods: 0, readyPods: 0, digests: [] })),
      says: 'no pod runs it',
    },
    { name: 'a release without workloads', release: release(), says: 'no pod runs it' },
  ]
  it.each(refused)('refuses $name', ({ release: seen, says }) => {
    const promote = (): unknown => promotableImage({ environment, release: seen })
    expect(promote).toThrow(GateError)
    expect(promote).toThrow(says)
  })

  it('refuses another digest than the expected one, and names both', () => {
    expect(() =>
      promotableImage({ environment, release: release(workload()), expectedDigest: other }),
    ).toThrow(`Expected ${other}, but the release in force is ${digest}.`)
  })
})
