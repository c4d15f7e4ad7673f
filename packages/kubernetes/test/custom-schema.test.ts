import { describe, expect, it } from '@jest/globals'
import { parse } from 'yaml'
import type { Json, JsonObject } from '../src/json.ts'
import { customResourceProblems } from '../src/manifest/custom-schema.ts'
import type { Manifest } from '../src/manifest/manifest.ts'
import { isKubernetesObject } from '../src/object.ts'

function manifest(text: string, more: JsonObject = {}): Manifest {
  const object: unknown = { ...(parse(text) as object), ...more }
  if (!isKubernetesObject(object)) throw new Error('No object')
  return { object, place: { file: 'widgets.yml' } }
}

const definition = manifest(`
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.com }
spec:
  group: example.com
  names: { kind: Widget }
  versions:
    - name: v1
      schema:
        openAPIV3Schema:
          type: object
          required: [spec, metadata]
          properties:
            apiVersion: { type: string }
            kind: { type: string }
            metadata: { type: object }
            spec:
              type: object
              required: [size, colour]
              properties:
                size: { type: integer, minimum: 1, maximum: 9 }
                colour: { type: string, enum: [red, green], default: red }
                port: { x-kubernetes-int-or-string: true }
                name: { type: string, pattern: '^[a-z]+$' }
                odd: { type: string, pattern: '(?i)^x$' }
                labels: { type: object, additionalProperties: { type: string } }
                parts: { type: array, items: { type: object, properties: { on: { type: boolean } } } }
                free: { type: object, x-kubernetes-preserve-unknown-fields: true }
                template:
                  type: object
                  x-kubernetes-embedded-resource: true
                  properties: { spec: { type: object } }
`)

function problemsOf(spec: Json, apiVersion = 'example.com/v1'): readonly string[] {
  const text = `{ apiVersion: ${apiVersion}, kind: Widget, metadata: { name: one } }`
  const problems = customResourceProblems([manifest(text, { spec }), definition])
  return problems.map(({ problem }) => problem.replace(/^.* refuses: /, ''))
}

describe('customResourceProblems', () => {
  it.each([
    { name: 'the least', spec: { size: 1 } },
    { name: 'an integer or a string', spec: { size: 1, port: 'http' } },
    { name: 'a null', spec: { size: 1, name: null } },
    { name: 'any label', spec: { size: 1, labels: { a: 'b' } } },
    { name: 'what is free', spec: { size: 1, free: { a: { b: [1] } } } },
    { name: 'an expression that only the server knows', spec: { size: 1, odd: 'X' } },
    {
      name: 'an object within',
      spec: { size: 1, template: { apiVersion: 'v1', kind: 'Pod', metadata: {}, spec: {} } },
    },
  ])('accepts $name', ({ spec }) => {
    expect(problemsOf(spec)).toEqual([])
  })

  it.each([
    { name: 'a missing field', spec: {}, says: ['spec.size is required'] },
    { name: 'an unknown field', spec: { size: 1, seize: 2 }, says: ['spec.seize is not known'] },
    {
      name: 'other types',
      spec: { size: '1', port: 1.5, parts: [{ on: true }, { on: 'yes' }] },
      says: [
        'spec.size must be of the type integer',
        'spec.port must be an integer or a string',
        'spec.parts[1].on must be of the type boolean',
      ],
    },
    {
      name: 'what lies outside the limits',
      spec: { size: 10, colour: 'blue', name: 'A' },
      says: [
        'spec.size must be at most 9',
        'spec.colour must be one of "red", "green"',
        'spec.name must match ^[a-z]+$',
      ],
    },
    {
      name: 'a label that is no text',
      spec: { size: 1, labels: { a: 1 } },
      says: ['spec.labels.a must be of the type string'],
    },
    { name: 'an object that is none', spec: [], says: ['spec must be of the type object'] },
  ])('refuses $name', ({ spec, says }) => {
    expect(problemsOf(spec)).toEqual(says)
  })

  it('names the object and its file, and leaves versions alone that it has no schema of', () => {
    const text = '{ apiVersion: example.com/v1, kind: Widget, metadata: { name: one } }'
    expect(customResourceProblems([definition, manifest(text)])).toEqual([
      {
        place: { file: 'widgets.yml' },
        problem: 'has Widget/one, which its definition refuses: spec is required',
      },
    ])
    expect(problemsOf({}, 'example.com/v2')).toEqual([])
  })
})
