import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { recordingRunner } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { main } from '../src/main.ts'
import { makeWorld } from './world.ts'
import type { World } from './world.ts'

const { environment } = currentLab()
let world: World
const image = `h/hello@sha256:${'1'.repeat(64)}`

beforeAll(async () => {
  world = await makeWorld('lock')
  for (let number = 1; number <= 100; number += 1) {
    await world.write(`k8s/${number}.yml`, tiny(number))
  }
})

afterAll(() => world.close())

/** A release that needs no pod, and that is another one for every number. */
function tiny(number: number): string {
  return `apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { number: "${number}" }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: hello }
spec:
  replicas: 0
  selector: { matchLabels: { app: hello } }
  template:
    metadata: { labels: { app: hello } }
    spec: { containers: [{ name: web, image: hello }] }
`
}

describe('100 deployments of one release at once', () => {
  it('take their turn: none fails, no two are at work at the same time', async () => {
    let atWork = 0
    let mostAtWork = 0
    const deploy = async (number: number): Promise<string> => {
      const runner = recordingRunner({
        folder: world.folder,
        environment,
        inputs: world.inputs({ image, manifests: `k8s/${number}.yml` }),
      })
      await main({
        ...runner,
        saveState(name, value) {
          if (name === 'revision') mostAtWork = Math.max(mostAtWork, (atWork += 1))
          if (name === 'holder' && value === '') atWork -= 1
        },
      })
      return runner.outputs.release ?? ''
    }
    const numbers = Array.from({ length: 100 }, (_, index) => index + 1)
    const revisions = await Promise.all(numbers.map(deploy))
    expect(mostAtWork).toBe(1)
    expect(revisions.map(Number).sort((a, b) => a - b)).toEqual(numbers)
    const last = revisions.indexOf('100') + 1
    const path = '--output=jsonpath={.data.number}'
    expect(await world.kubectl('get', 'configmap/settings', path)).toBe(last.toFixed(0))
    const holder = '--output=jsonpath={.spec.holderIdentity}'
    expect(await world.kubectl('get', 'lease/oke-pipeline.hello', holder)).toBe('')
  }, 600_000)
})
