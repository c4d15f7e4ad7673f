import { describe, expect, it } from '@jest/globals'
import type { ObservedPod } from './observe.ts'
import { podsRun } from './scenario.ts'
import type { Observation } from './scenario.ts'
import { crashLoop } from './scenarios/crash-loop.ts'
import { promoted } from './scenarios/promoted.ts'
import { vulnerable } from './scenarios/vulnerable.ts'

const pod: ObservedPod = {
  namespace: 'hello-dev',
  name: 'hello-1',
  imageId: 'registry/hello@sha256:a',
  isReady: true,
}

describe('podsRun', () => {
  it.each([
    { name: 'a ready pod of the digest', pods: [pod], isTrue: true },
    { name: 'no pod', pods: [], isTrue: false },
    { name: 'a pod of another namespace', pods: [{ ...pod, namespace: 'x' }], isTrue: false },
    { name: 'a pod that is not ready', pods: [pod, { ...pod, isReady: false }], isTrue: false },
    { name: 'one pod of another digest', pods: [pod, { ...pod, imageId: 'b' }], isTrue: false },
  ])('$name: $isTrue', ({ pods, isTrue }) => {
    expect(podsRun(pods, 'hello-dev', 'sha256:a').isTrue).toBe(isTrue)
  })

  it('claims nothing about an unknown digest', () => {
    expect(podsRun([pod], 'hello-dev', undefined).isTrue).toBe(false)
  })
})

describe('a run in which nothing happened', () => {
  const nothing: Observation = {
    sha: 'a',
    run: { steps: [], jobs: {} },
    pods: [],
    taggedDigest: undefined,
    releasedDigest: undefined,
  }
  it.each([promoted, crashLoop, vulnerable])('is not taken for "$name"', (scenario) => {
    expect(scenario.judge(nothing).some(({ isTrue }) => !isTrue)).toBe(true)
  })
})
