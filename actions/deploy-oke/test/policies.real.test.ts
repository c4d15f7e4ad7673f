import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { application, makeWorld, serving } from './world.ts'
import type { World } from './world.ts'

let world: World
let image = ''

/** No Service may be for everybody; the policy holds in one namespace only. */
const policy = (namespace: string): string => `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: ${namespace} }
spec:
  failurePolicy: Fail
  matchConstraints:
    resourceRules:
      - { apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [services] }
  validations:
    - { expression: "object.spec.type != 'NodePort'", message: Services of the kind NodePort are not allowed here }
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: ${namespace} }
spec:
  policyName: ${namespace}
  validationActions: [Deny]
  matchResources:
    namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: ${namespace} } }
---
apiVersion: v1
kind: ResourceQuota
metadata: { name: few, namespace: ${namespace} }
spec: { hard: { configmaps: '1' } }
`

const privileged = `
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: root }
spec:
  selector: { matchLabels: { app: root } }
  template:
    metadata: { labels: { app: root } }
    spec:
      # It comes with the release, or not at all.
      serviceAccountName: root
      containers: [{ name: root, image: hello, securityContext: { privileged: true } }]
`

const open = `
apiVersion: v1
kind: Service
metadata: { name: open }
spec: { type: NodePort, ports: [{ port: 80 }] }
`

const settings = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\n'

beforeAll(async () => {
  world = await makeWorld('policies')
  const { namespace } = world
  image = await world.image(serving, 'policies')
  await world.write('policy.yml', policy(namespace))
  await world.kubectl('apply', '--filename', `${world.folder}/workspace/policy.yml`)
  const level = 'pod-security.kubernetes.io'
  await world.kubectl('label', 'namespace', namespace, `${level}/enforce=baseline`)
  await world.kubectl('label', 'namespace', namespace, `${level}/warn=restricted`)
  await world.write('k8s/app.yml', application())
  await world.write('k8s/root.yml', privileged)
  await world.write('k8s/open.yml', open)
  await world.write('k8s/settings.yml', settings)
  while (!(await areInForce())) await wait(200)
}, 60_000)

/** The API server takes some time to act on a new policy, and its controllers to count. */
async function areInForce(): Promise<boolean> {
  const file = `${world.folder}/workspace/k8s/open.yml`
  const isRefused = await world.kubectl('create', '--dry-run=server', '--filename', file).then(
    () => false,
    () => true,
  )
  const used = '--output=jsonpath={.status.used.configmaps}'
  return isRefused && (await world.kubectl('get', 'quota/few', used)) === '1'
}

afterAll(async () => {
  const { namespace } = world
  const kinds = ['validatingadmissionpolicy', 'validatingadmissionpolicybinding']
  await world.kubectl('delete', ...kinds.map((kind) => `${kind}/${namespace}`))
  await world.close()
})

describe.each(['plan', 'apply'])('deploy-oke with mode: %s, where policies hold,', (mode) => {
  it('names every object that they refuse and why, and applies nothing', async () => {
    const { failure, annotations, outputs } = await world.deploy({ image, mode })
    expect(outputs).toEqual({})
    expect(failure).toContain('The cluster would refuse 3 of 5 objects')
    expect(failure).toMatch(
      /k8s\/root\.yml:2 DaemonSet\/root: .*violates PodSecurity "baseline:latest": privileged/,
    )
    expect(failure).toMatch(
      /k8s\/open\.yml:2 Service\/open: .*Services of the kind NodePort are not allowed here/,
    )
    expect(failure).toMatch(/k8s\/settings\.yml:1 ConfigMap\/settings: .*exceeded quota: few/)
    expect(failure).toContain('Nothing has been changed.')
    expect(annotations).toEqual([])
    const left = await world.kubectl(
      'get',
      'deployments,daemonsets,services,pods',
      '--output',
      'name',
    )
    expect(left).toBe('')
  })
})

describe('deploy-oke where a policy only warns', () => {
  it('shows the warning beside the manifest', async () => {
    const planned = await world.deploy({ image, mode: 'plan', manifests: 'k8s/app.yml' })
    expect(planned.failure).toBe('')
    expect(planned.annotations).toContainEqual(
      expect.objectContaining({
        level: 'warning',
        message: expect.stringMatching(/^would violate PodSecurity "restricted:latest"/),
        place: expect.objectContaining({ file: 'k8s/app.yml' }),
      }),
    )
  })
})
