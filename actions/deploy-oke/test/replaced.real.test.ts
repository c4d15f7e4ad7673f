import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { makeWorld, serving } from './world.ts'
import type { World } from './world.ts'

let world: World
let image = ''

const template = (label: string): string =>
  `template: { metadata: { labels: { app: ${label} } }, spec: { containers: [{ name: web, image: hello }] } }`

/** Nothing of it runs; with `two`, a field of each is another that cannot be changed. */
const objects = (version: 'one' | 'two'): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: deployment }
spec: { replicas: 0, selector: { matchLabels: { app: ${version} } }, ${template(version)} }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: stateful }
spec:
  replicas: 0
  serviceName: ${version}
  selector: { matchLabels: { app: set } }
  ${template('set')}
---
apiVersion: batch/v1
kind: Job
metadata: { name: job }
spec:
  suspend: true
  template: { spec: { restartPolicy: ${version === 'one' ? 'Never' : 'OnFailure'}, containers: [{ name: web, image: hello }] } }
---
apiVersion: v1
kind: Service
metadata: { name: service }
spec: { ${version === 'one' ? '' : 'clusterIP: None, '}selector: { app: set }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: config }
immutable: true
data: { version: ${version} }
---
apiVersion: v1
kind: Secret
metadata: { name: secret }
immutable: true
stringData: { version: ${version} }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: binding }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${version} }
`

const claim = (mode: string): string => `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: claim }
spec: { accessModes: [${mode}], resources: { requests: { storage: 1Gi } } }
`

beforeAll(async () => {
  world = await makeWorld('replaced')
  image = await world.image(serving, 'replaced')
  const before = join(world.folder, 'before.yml')
  await writeFile(before, `${objects('one')}---${claim('ReadWriteOnce')}`)
  await world.kubectl('apply', '--filename', before)
  await world.write('k8s/objects.yml', objects('two'))
  await world.write('data/claim.yml', claim('ReadWriteMany'))
}, 60_000)

afterAll(() => world.close())

describe('deploy-oke with fields that cannot be changed', () => {
  const recreate = { mode: 'plan', 'on-immutable': 'recreate' }

  it('refuses them all at once, but for Jobs', async () => {
    const { failure } = await world.deploy({ image, mode: 'plan' })
    expect(failure).toContain('The cluster would refuse 6 of 7 objects')
    expect(failure).toMatch(/objects\.yml:2 Deployment\/deployment: spec\.selector: .*immutable/)
    expect(failure).toMatch(/StatefulSet\/stateful: spec: .*updates to statefulset spec/)
    expect(failure).toMatch(/Service\/service: spec\.clusterIP.*: .*may not change once set/)
    expect(failure).toMatch(/ConfigMap\/config: data: .*immutable/)
    expect(failure).toMatch(/Secret\/secret: data: .*immutable/)
    expect(failure).toMatch(/RoleBinding\/binding: roleRef: .*cannot change roleRef/)
    expect(failure).not.toContain('Job/job')
    expect(failure).toContain('set "on-immutable" to "recreate"')
  })

  it('plans to make them anew, and says because of what', async () => {
    const { failure, summary, outputs } = await world.deploy({ ...recreate, image })
    expect(failure).toBe('')
    const text = summary.join()
    expect(text).toContain('7 replaced.')
    const reasons = {
      'Deployment/deployment': 'spec.selector',
      'StatefulSet/stateful': 'spec',
      'Job/job': 'spec.template',
      'ConfigMap/config': 'data',
      'Secret/secret': 'data',
      'RoleBinding/binding': 'roleRef',
    }
    for (const [name, field] of Object.entries(reasons)) {
      expect(text).toContain(`${name}: replaced, since ${field} cannot be changed`)
    }
    expect(text).toMatch(/Service\/service: replaced, since spec\.clusterIP\S* cannot be changed/)
    expect(outputs).toMatchObject({ changed: 'true' })
  })

  it('never makes anew what holds data', async () => {
    const { failure } = await world.deploy({ ...recreate, image, manifests: 'k8s\ndata' })
    expect(failure).toContain('The cluster would refuse 1 of 8 objects')
    expect(failure).toMatch(/claim\.yml:2 PersistentVolumeClaim\/claim: spec: .*immutable/)
    expect(failure).toContain('what holds data is never deleted for this')
  })
})
