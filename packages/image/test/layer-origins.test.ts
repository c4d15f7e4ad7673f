import { describe, expect, it } from '@jest/globals'
import { layerOrigins } from '../src/index.ts'
import type { ImageConfig } from '../src/index.ts'

type Steps = readonly (readonly [createdBy: string, hasLayer: boolean])[]

function imageOf(steps: Steps): Pick<ImageConfig, 'history' | 'diffIds'> {
  const history = steps.map(([createdBy, hasLayer]) => ({ createdBy, hasLayer }))
  const diffIds = history.filter(({ hasLayer }) => hasLayer).map((_, index) => `sha256:${index}`)
  return { history, diffIds }
}

const dockerfile = `# syntax=docker/dockerfile:1
ARG VERSION=22
FROM node:\${VERSION} AS base
RUN apt-get update

FROM golang AS other
RUN go build

FROM base
WORKDIR /app
ARG COMMIT
COPY --from=other /app /app
RUN npm ci \\
  --omit=dev
CMD ["node", "server.js"]
`

const own: Steps = [
  ['RUN /bin/sh -c apt-get update # buildkit', true],
  ['WORKDIR /app', true],
  ['ARG COMMIT', false],
  ['COPY /app /app # buildkit', true],
  ['RUN /bin/sh -c npm ci   --omit=dev # buildkit', true],
  ['CMD ["node" "server.js"]', false],
]
const base: Steps = [
  ['/bin/sh -c #(nop) ADD file:1 in / ', true],
  ['/bin/sh -c #(nop)  CMD ["bash"]', false],
  ['RUN /bin/sh -c groupadd node', true],
]
const lines = [4, 10, 12, 13].map((line) => ({ from: 'own', line }))
const baseLayer = { from: 'base', line: 3 }

describe('layerOrigins', () => {
  it('finds the line of every layer, through the stages that the last one starts from', () => {
    expect(layerOrigins(dockerfile, imageOf([...base, ...own]))).toEqual([
      baseLayer,
      baseLayer,
      ...lines,
    ])
  })

  it('does without a step for ARG, of which not every builder keeps one', () => {
    const steps = own.filter(([createdBy]) => !createdBy.startsWith('ARG'))
    expect(layerOrigins(dockerfile, imageOf([...base, ...steps]))).toEqual([
      baseLayer,
      baseLayer,
      ...lines,
    ])
  })

  it('reads the steps of the old builder', () => {
    const text = 'FROM debian\nRUN make\nCOPY a /a\nENV A=1\n'
    const image = imageOf([
      ['/bin/sh -c #(nop) ADD file:1 in / ', true],
      ['/bin/sh -c make', true],
      ['/bin/sh -c #(nop) COPY file:1 in /a ', true],
      ['/bin/sh -c #(nop)  ENV A=1', false],
    ])
    expect(layerOrigins(text, image)).toEqual([
      { from: 'base', line: 1 },
      { from: 'own', line: 2 },
      { from: 'own', line: 3 },
    ])
  })

  it.each([
    {
      name: 'another Dockerfile',
      text: 'FROM node\nCOPY a /a\nUSER node\n',
      steps: [...base, ...own],
    },
    { name: 'no Dockerfile', text: '', steps: own },
    { name: 'a history without a step', text: dockerfile, steps: own.slice(2) },
  ])('does not guess with $name', ({ text, steps }) => {
    const image = imageOf(steps)
    expect(layerOrigins(text, image)).toEqual(image.diffIds.map(() => undefined))
  })

  it('does not guess where the history tells of other layers than there are', () => {
    const image = { ...imageOf([...base, ...own]), diffIds: ['sha256:1'] }
    expect(layerOrigins(dockerfile, image)).toEqual([undefined])
    expect(layerOrigins(dockerfile, { history: [], diffIds: ['sha256:1'] })).toEqual([undefined])
  })

  it('knows that an image from scratch has no base layers', () => {
    expect(
      layerOrigins('FROM scratch\nCOPY a /\n', imageOf([['COPY a / # buildkit', true]])),
    ).toEqual([{ from: 'own', line: 2 }])
  })
})
