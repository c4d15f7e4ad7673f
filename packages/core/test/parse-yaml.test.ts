import { describe, expect, it } from '@jest/globals'
import * as v from 'valibot'
import { ConfigurationError, parseYaml } from '../src/index.ts'
import type { YamlCheck } from '../src/index.ts'

const about = { file: 'zoo.yml', title: 'Zoo file', describedBy: 'schema/zoo.schema.json' }

const zoo = v.strictObject({
  animals: v.optional(
    v.array(v.strictObject({ name: v.string('a name'), legs: v.optional(v.number()) })),
  ),
  food: v.optional(
    v.union([
      v.literal('any', 'any'),
      v.strictObject({ kind: v.string(), grams: v.pipe(v.number(), v.minValue(1, 'at least 1')) }),
    ]),
  ),
  places: v.optional(v.record(v.string(), v.strictObject({ size: v.number() }))),
})

function failureOf(text: string, check?: YamlCheck): ConfigurationError {
  try {
    parseYaml(zoo, text, about, check)
  } catch (error) {
    if (error instanceof ConfigurationError) return error
    throw error
  }
  throw new Error('The file was taken for a good one.')
}

describe('parseYaml', () => {
  it('gives the data and where it is', () => {
    const parsed = parseYaml(zoo, 'animals:\n  - name: Rex\n    legs: 4\n', about)
    expect(parsed.data).toEqual({ animals: [{ name: 'Rex', legs: 4 }] })
    expect(parsed.positionOf(['animals', 0, 'legs'])).toEqual({ line: 3, column: 5 })
  })

  it('lists all problems by place, and points at the first', () => {
    const failure = failureOf('places:\n  a: { size: 1, colour: red }\nanimals:\n  - legs: four\n')
    expect(failure.message).toBe(`Zoo file "zoo.yml" is not usable: 
  - line 2:17: "places.a.colour" is unknown; known here: size.
  - line 4:5: "animals[0].name" is missing.
  - line 4:5: "animals[0].legs": expected number, got "four". 
Correct the file; schema/zoo.schema.json describes it.`)
    expect(failure.place).toEqual({ file: 'zoo.yml', line: 2, column: 17 })
  })

  it('says what an alternative knows', () => {
    expect(failureOf('food: { kind: hay, grams: 1, colour: red }').message).toContain(
      '"food.colour" is unknown; known here: kind, grams.',
    )
  })

  it('reports the problems of a check together with those of the schema', () => {
    const check = (): ReturnType<YamlCheck> => [{ path: ['animals'], text: ': too many' }]
    const { message } = failureOf('animals: []\nfish: 1\n', check)
    expect(message).toMatch(/line 1:1: "animals": too many\.\n {2}- line 2:1: "fish" is unknown/)
  })
})
