import { describe, expect, it } from '@jest/globals'
import { unionOf, withoutFields, withoutStep } from '../src/apply/field-set.ts'

describe('unionOf', () => {
  it('has the fields of both, at every depth', () => {
    expect(
      unionOf(
        { 'f:spec': { 'f:replicas': {} }, 'f:data': { '.': {}, 'f:a': {} } },
        { 'f:spec': { 'f:paused': {} }, 'f:data': { 'f:b': {} } },
      ),
    ).toEqual({
      'f:spec': { 'f:replicas': {}, 'f:paused': {} },
      'f:data': { '.': {}, 'f:a': {}, 'f:b': {} },
    })
  })
})

describe('withoutStep', () => {
  it('takes a field away with all below it', () => {
    const set = { 'f:metadata': { 'f:finalizers': { '.': {}, 'v:"x"': {} }, 'f:labels': {} } }
    expect(withoutStep(set, ['f:metadata', 'f:finalizers'])).toEqual({
      'f:metadata': { 'f:labels': {} },
    })
    expect(withoutStep(set, ['f:spec', 'f:finalizers'])).toEqual(set)
  })
})

const container = {
  name: 'web',
  image: 'a',
  env: [
    { name: 'A', value: '1' },
    { name: 'B', value: '2' },
  ],
}

const cases = [
  {
    name: 'a key of a map',
    value: { data: { old: '1', new: '2' } },
    gone: { 'f:data': { '.': {}, 'f:old': {}, 'f:new': {} } },
    kept: { 'f:data': { 'f:new': {} } },
    rest: { data: { new: '2' } },
  },
  {
    name: 'a map that is emptied',
    value: { data: { old: '1' }, kind: 'ConfigMap' },
    gone: { 'f:data': { 'f:old': {} } },
    kept: {},
    rest: { kind: 'ConfigMap' },
  },
  {
    name: 'a struct with all that it had',
    value: { spec: { probe: { periodSeconds: 1, exec: { command: ['x'] } }, image: 'a' } },
    gone: { 'f:spec': { 'f:probe': { '.': {}, 'f:periodSeconds': {} }, 'f:image': {} } },
    kept: { 'f:spec': { 'f:image': {} } },
    rest: { spec: { image: 'a' } },
  },
  {
    name: 'an item by its key, and not its neighbours',
    value: { env: [...container.env, { name: 'C', value: '3' }] },
    gone: {
      'f:env': {
        'k:{"name":"A"}': { '.': {}, 'f:name': {}, 'f:value': {} },
        'k:{"name":"B"}': { '.': {}, 'f:name': {}, 'f:value': {} },
      },
    },
    kept: { 'f:env': { 'k:{"name":"B"}': { '.': {}, 'f:name': {}, 'f:value': {} } } },
    rest: {
      env: [
        { name: 'B', value: '2' },
        { name: 'C', value: '3' },
      ],
    },
  },
  {
    name: 'a field of an item that stays',
    value: { containers: [container] },
    gone: { 'f:containers': { 'k:{"name":"web"}': { '.': {}, 'f:image': {}, 'f:name': {} } } },
    kept: { 'f:containers': { 'k:{"name":"web"}': { '.': {}, 'f:name': {}, 'f:env': {} } } },
    rest: { containers: [{ name: 'web', env: container.env }] },
  },
  {
    name: 'a member of a set',
    value: { finalizers: ['one', 'two'] },
    gone: { 'f:finalizers': { 'v:"one"': {} } },
    kept: {},
    rest: { finalizers: ['two'] },
  },
  {
    name: 'nothing of what another owns as a whole',
    value: { args: ['x'], nodeSelector: { disk: 'ssd' } },
    gone: { 'f:args': {}, 'f:nodeSelector': { 'f:disk': {} } },
    kept: { 'f:args': {}, 'f:nodeSelector': {} },
    rest: { args: ['x'], nodeSelector: { disk: 'ssd' } },
  },
]

describe('withoutFields', () => {
  it.each(cases)('takes away $name', ({ value, gone, kept, rest }) => {
    expect(withoutFields(value, gone, kept)).toEqual(rest)
  })

  it('leaves empty what was empty before', () => {
    expect(withoutFields({ data: {}, list: [] }, { 'f:data': { 'f:a': {} } }, {})).toEqual({
      data: {},
      list: [],
    })
  })
})
