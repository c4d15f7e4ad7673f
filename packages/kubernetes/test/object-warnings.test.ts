import { expect, it } from '@jest/globals'
import { objectWarnings } from '../src/apply/object-warnings.ts'
import { configMap, previewed } from './plan/sample-plan.ts'

it('gives objects their own warnings, and those of their version, each once', () => {
  const deprecated = 'v1 ConfigMap is deprecated in v1.99+'
  const asked = { ...previewed('created', configMap('red')), warnings: [deprecated, 'odd label'] }
  const unchanged = previewed('unchanged', configMap('red', 'other'))
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'login' } }
  const found = objectWarnings(
    [asked, unchanged, previewed('created', secret)],
    [deprecated, 'odd label', 'v1 ConfigMapList is deprecated'],
  )
  expect(found.map(({ manifest, message }) => [manifest.object.metadata.name, message])).toEqual([
    ['settings', deprecated],
    ['settings', 'odd label'],
    ['other', deprecated],
  ])
})
