import { describe, expect, it } from '@jest/globals'
import { fieldOf } from '../src/json.ts'
import { formatPlace } from '../src/manifest/manifest.ts'
import { parseManifests } from '../src/manifest/parse-manifests.ts'

const values = {
  COUNT: '3',
  ON: 'true',
  TEXT: 'hello',
  EMPTY: '',
  SHAPE: 'a: {b: c}',
  LINES: 'one\nadmin: true',
  ALIAS: '*x',
  TAGGED: '!!int 3',
  COMMENT: '3 # three',
  QUOTE: '"\'',
}

function read(text: string, masked: string[] = []): ReturnType<typeof parseManifests> {
  return parseManifests(text, 'a.yml', {
    variables: new Map(Object.entries(values)),
    mask: (value) => void masked.push(value),
  })
}

function configMap(data: string, kind = 'ConfigMap'): string {
  return `apiVersion: v1\nkind: ${kind}\nmetadata: { name: a }\ndata:\n  x: ${data}\n`
}

describe('substitution gives', () => {
  const cases = [
    { written: '${COUNT}', is: 3 },
    { written: '"${COUNT}"', is: '3' },
    { written: "'${ON}'", is: 'true' },
    { written: '${ON}', is: true },
    { written: '${TEXT}', is: 'hello' },
    { written: '${EMPTY}', is: '' },
    { written: 'a-${COUNT}-${TEXT}', is: 'a-3-hello' },
    { written: '${COUNT}${COUNT}', is: '33' },
    { written: '${SHAPE}', is: 'a: {b: c}' },
    { written: '${LINES}', is: 'one\nadmin: true' },
    { written: '${ALIAS}', is: '*x' },
    { written: '${TAGGED}', is: '!!int 3' },
    { written: '${COMMENT}', is: '3 # three' },
    { written: '"${QUOTE}"', is: '"\'' },
    {
      written: '|\n    echo ${TEXT} $${HOME} $HOME $(pwd)',
      is: 'echo hello ${HOME} $HOME $(pwd)\n',
    },
    { written: '[a, "${TEXT}"]', is: ['a', 'hello'] },
    { written: '$${TEXT}', is: '${TEXT}' },
  ]
  it.each(cases)('$written as $is', ({ written, is }) => {
    const { manifests, problems } = read(configMap(written))
    expect(problems).toEqual([])
    expect(fieldOf(manifests[0]?.object, 'data', 'x')).toEqual(is)
  })

  it('names and keys', () => {
    const text = configMap('1').replace('name: a', 'name: "${TEXT}"').replace('x:', '${TEXT}:')
    const [found] = read(text).manifests
    expect(found?.object.metadata.name).toBe('hello')
    expect(found?.object.data).toEqual({ hello: 1 })
  })
})

describe('substitution refuses', () => {
  it.each([
    { written: '${OTHER}', says: 'add OTHER there' },
    { written: '"${TEXT} ${OTHER}"', says: 'add OTHER there' },
    { written: '${TEXT:-x}', says: 'names no variable' },
    { written: '${}', says: 'names no variable' },
    { written: '${constructor}', says: 'add constructor there' },
  ])('$written, with its place', ({ written, says }) => {
    const { manifests, problems } = read(configMap(written))
    expect(manifests).toEqual([])
    expect(problems.map(({ place }) => formatPlace(place))).toEqual(['a.yml:5:6'])
    expect(problems[0]?.problem).toContain(says)
  })

  it('all of them at once', () => {
    expect(read(`${configMap('${A}')}  y: \${B}\n---\n${configMap('${C}')}`).problems).toHaveLength(
      3,
    )
  })
})

describe('substitution', () => {
  it('leaves an object alone that says so', () => {
    const text = configMap('${OTHER}').replace(
      'name: a',
      'name: a, annotations: { oke-pipeline.dev/substitute: disabled }',
    )
    expect(fieldOf(read(text).manifests[0]?.object, 'data', 'x')).toBe('${OTHER}')
  })

  it('masks what gets into a Secret, and nothing else', () => {
    const masked: string[] = []
    read(configMap('${TEXT}', 'Secret'), masked)
    expect(masked).toEqual(['hello'])
    read(configMap('${SHAPE}'), masked)
    expect(masked).toEqual(['hello'])
  })

  it('does nothing where nothing is declared', () => {
    const { manifests } = parseManifests(configMap('${OTHER} $${X}'), 'a.yml')
    expect(fieldOf(manifests[0]?.object, 'data', 'x')).toBe('${OTHER} $${X}')
  })
})
