import { describe, expect, it } from '@jest/globals'
import { recordingLog } from '@oke-pipeline/testing'
import { parseCapabilities } from '../src/client/capabilities.ts'
import { withoutHooks } from '../src/helm/hooks.ts'
import { parseRendered } from '../src/helm/rendered-chart.ts'

const rendered = `---
# Source: app/crds/w.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.com }
---
# Source: app/templates/a.yaml
apiVersion: v1
kind: ConfigMap
metadata: { name: a }
data:
  text: |
    ---
    # Source: not/a/source
---
apiVersion: v1
kind: ConfigMap
metadata: { name: b }
---
# Source: app/templates/empty.yaml
# nothing but a comment
---
# Source: app/templates/odd.yaml
kind: Odd
`

describe('parseRendered', () => {
  const reading = parseRendered(rendered, (template) => `charts/${template}`)

  it('places every object in its template', () => {
    const found = reading.manifests.map(({ object, place }) => [object.metadata.name, place])
    expect(found).toEqual([
      ['widgets.example.com', { file: 'charts/app/crds/w.yaml' }],
      ['a', { file: 'charts/app/templates/a.yaml' }],
      ['b', { file: 'charts/app/templates/a.yaml' }],
    ])
  })

  it('tells which template renders to no object', () => {
    expect(reading.problems).toEqual([
      {
        place: { file: 'charts/app/templates/odd.yaml' },
        problem: 'renders to what is not a Kubernetes object: it has no apiVersion',
      },
    ])
  })
})

describe('withoutHooks', () => {
  function hooked(hook: string, told: string[] = []): ReturnType<typeof parseRendered> {
    const text = `---
# Source: a/templates/j.yaml
apiVersion: batch/v1
kind: Job
metadata: { name: j, annotations: { helm.sh/hook: ${JSON.stringify(hook)} } }
`
    return withoutHooks(parseRendered(text, String), recordingLog(told))
  }

  it.each(['test', 'test-success', 'pre-delete, post-delete', 'pre-rollback,post-rollback'])(
    'leaves %s out, which never happens here',
    (hook) => {
      const told: string[] = []
      expect(hooked(hook, told)).toEqual({ manifests: [], problems: [] })
      expect(told.join()).toContain('Job/j is left out: it is a Helm hook for')
    },
  )

  it.each(['pre-install', 'post-upgrade', 'pre-upgrade,pre-rollback', 'something-else'])(
    'refuses %s, which would run at the wrong time',
    (hook) => {
      const { manifests, problems } = hooked(hook)
      expect(manifests).toEqual([])
      expect(problems.map(({ problem }) => problem).join()).toMatch(/^has Job\/j, a Helm hook \(/)
    },
  )

  it('keeps everything else', () => {
    expect(hooked('').manifests).toHaveLength(1)
  })
})

describe('parseCapabilities', () => {
  it('names group versions and kinds as Helm does', () => {
    const kind = (name: string): object => ({ resource: name, responseKind: { kind: name } })
    const capabilities = parseCapabilities({
      version: { gitVersion: 'v1.34.4' },
      core: {
        items: [{ metadata: {}, versions: [{ version: 'v1', resources: [kind('Pod')] }] }],
      },
      groups: {
        items: [
          {
            metadata: { name: 'apps' },
            versions: [{ version: 'v1', resources: [kind('Deployment'), kind('Deployment')] }],
          },
        ],
      },
    } as Parameters<typeof parseCapabilities>[0])
    expect(capabilities).toEqual({
      version: 'v1.34.4',
      apiVersions: ['apps/v1', 'apps/v1/Deployment', 'v1', 'v1/Pod'],
    })
  })

  it('of answers without any is empty', () => {
    expect(parseCapabilities({ version: {}, core: {}, groups: {} })).toEqual({
      version: '',
      apiVersions: [],
    })
  })
})
