import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { application, makeWorld } from './world.ts'
import type { Deployed, World } from './world.ts'

const own = 'own-Passw0rd+of/release'
const foreign = 'foreign-t0ken-of-namespace'

// Says its secrets in the ways in which programs do, by what busybox has.
const talkative = [
  'echo "using $OWN_PASSWORD" >&2',
  'echo "Authorization: Basic $(printf %s "app:$OWN_PASSWORD" | busybox base64)" >&2',
  'echo "cannot connect to postgres://app:$FOREIGN_TOKEN@db" >&2',
  'exit 3',
].join('; ')

let world: World
let deployed: Deployed

beforeAll(async () => {
  world = await makeWorld('secrets')
  const secret = [
    'create',
    'secret',
    'generic',
    'foreign',
    `--from-literal=FOREIGN_TOKEN=${foreign}`,
  ]
  await world.kubectl(...secret)
  const image = await world.image(`export PATH=/bin; ${talkative}`)
  const variables = [
    '          envFrom: [{ secretRef: { name: foreign } }]',
    '          env:',
    '            - name: OWN_PASSWORD',
    '              valueFrom: { secretKeyRef: { name: own, key: password } }',
  ].join('\n')
  await world.write('k8s/app.yml', application({ hasProbe: false, extra: variables }))
  await world.write(
    'k8s/secret.yml',
    `apiVersion: v1\nkind: Secret\nmetadata: { name: own }\nstringData: { password: "${own}" }\n`,
  )
  deployed = await world.deploy({ image, manifests: 'k8s' })
}, 120_000)

afterAll(() => world.close())

describe('deploy-oke, where a container writes its secrets to its log before it crashes,', () => {
  it('shows the log without them', () => {
    expect(deployed.failure).toMatch(/container "web" exited with 3 .*: cannot connect to postgres/)
    expect(deployed.summary.join('\n')).toContain('using ***')
    expect(deployed.summary.join('\n')).toContain('Authorization: Basic')
  })

  it('shows them nowhere, in base64 neither', () => {
    const { failure, summary, logged, annotations, outputs } = deployed
    const shown = JSON.stringify({ failure, summary, logged, annotations, outputs })
    for (const value of [own, foreign, `app:${own}`]) {
      expect(shown).not.toContain(value)
      expect(shown).not.toContain(Buffer.from(value).toString('base64').slice(4, -4))
    }
  })
})
