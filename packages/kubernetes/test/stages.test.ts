import { describe, expect, it } from '@jest/globals'
import { stageProblems, stagesOf } from '../src/apply/stages.ts'
import type { KubernetesObject } from '../src/object.ts'

interface Given {
  readonly wave?: string
  readonly after?: string
}

function object(name: string, { wave, after }: Given = {}): KubernetesObject {
  const annotations = {
    ...(wave === undefined ? {} : { 'oke-pipeline.dev/wave': wave }),
    ...(after === undefined ? {} : { 'oke-pipeline.dev/depends-on': after }),
  }
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, annotations } }
}

const after = (...names: readonly string[]): string =>
  names.map((name) => `ConfigMap/${name}`).join(', ')

function stages(...objects: readonly KubernetesObject[]): readonly (readonly string[])[] {
  return stagesOf(objects, (one) => one).map((stage) => stage.map(({ metadata }) => metadata.name))
}

describe('stagesOf', () => {
  it.each([
    { name: 'one where nothing is said', objects: [object('a'), object('b')], be: [['a', 'b']] },
    { name: 'none without objects', objects: [], be: [] },
    {
      name: 'one for each wave',
      objects: [object('c', { wave: '10' }), object('b'), object('a', { wave: '-1' })],
      be: [['a'], ['b'], ['c']],
    },
    {
      name: 'as many as dependencies are deep',
      objects: [
        object('d', { after: after('b', 'c') }),
        object('c', { after: after('b') }),
        object('b', { after: after('a') }),
        object('a'),
        object('e'),
      ],
      be: [['a', 'e'], ['b'], ['c'], ['d']],
    },
    {
      name: 'no more where the dependency is in an earlier wave',
      objects: [
        object('b', { wave: '1', after: after('a') }),
        object('c', { wave: '1' }),
        object('a'),
      ],
      be: [['a'], ['b', 'c']],
    },
  ])('makes $name', ({ objects, be }) => {
    expect(stages(...objects)).toEqual(be)
  })
})

describe('stageProblems', () => {
  it.each([
    {
      name: 'a wave that is no number',
      objects: [object('a', { wave: 'first' })],
      problems: ['has ConfigMap/a with the wave "first": a whole number is expected'],
    },
    {
      name: 'a dependency that is no name',
      objects: [object('a', { after: 'db' })],
      problems: [
        'has ConfigMap/a that depends on "db": a kind and a name are expected, such as "Deployment/db"',
      ],
    },
    {
      name: 'a dependency that is not there',
      objects: [object('a', { after: 'Deployment/db' })],
      problems: ['has ConfigMap/a that depends on Deployment/db, which no manifest has'],
    },
    {
      name: 'a dependency that comes later',
      objects: [object('a', { after: after('b') }), object('b', { wave: '1' })],
      problems: ['has ConfigMap/a that depends on ConfigMap/b, which comes in a later wave'],
    },
    {
      name: 'a circle, at each of its objects',
      objects: [object('a', { after: after('b') }), object('b', { after: after('a') })],
      problems: [
        'has ConfigMap/a that depends on ConfigMap/b, which depends on it in turn',
        'has ConfigMap/b that depends on ConfigMap/a, which depends on it in turn',
      ],
    },
    {
      name: 'nothing in what can be done',
      objects: [object('a', { wave: '-3' }), object('b', { after: after('a') })],
      problems: [],
    },
  ])('finds $name', ({ objects, problems }) => {
    const manifests = objects.map((one) => ({ object: one, place: { file: 'a.yml' } }))
    expect(stageProblems(manifests).map(({ problem }) => problem)).toEqual(problems)
  })
})
