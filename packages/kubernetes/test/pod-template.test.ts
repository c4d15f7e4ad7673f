import { expect, it } from '@jest/globals'
import { podOf } from '../src/manifest/pod-template.ts'

const template = {
  metadata: { labels: { app: 'web' } },
  spec: { serviceAccountName: 'later', hostNetwork: true },
}
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'dev', labels: { app: 'web' } },
  spec: { hostNetwork: true },
}

it.each([
  { name: 'a Deployment', apiVersion: 'apps/v1', kind: 'Deployment', spec: { template }, pod },
  {
    name: 'a CronJob',
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    spec: { jobTemplate: { spec: { template } } },
    pod,
  },
  { name: 'a Pod, which is asked about itself', apiVersion: 'v1', kind: 'Pod', spec: {} },
  { name: 'no workload', apiVersion: 'v1', kind: 'ConfigMap', spec: { template } },
])('finds the pod that would be made of $name', ({ apiVersion, kind, spec, pod: wanted }) => {
  const metadata = { name: 'web', namespace: 'dev' }
  expect(podOf({ apiVersion, kind, metadata, spec })).toEqual(wanted)
})
