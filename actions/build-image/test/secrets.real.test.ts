import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { allFiles, buildWorld } from './build-harness.ts'
import type { BuildWorld } from './build-harness.ts'

const secrets = {
  given: 'first-secret-a1b2c3',
  inFile: 'second-secret-d4e5f6',
  inVariable: 'third-secret-g7h8i9',
  key: '-----BEGIN KEY-----\nfourth-secret-j1k2l3\n-----END KEY-----',
}
const parts = [...Object.values(secrets).slice(0, 3), 'fourth-secret-j1k2l3']

let world: BuildWorld

beforeEach(async () => {
  world = await buildWorld()
  await world.write('token.txt', secrets.inFile)
  await world.write('.dockerignore', 'token.txt')
  const mounts = ['given', 'file', 'variable', 'key'].map(
    (id) => `--mount=type=secret,id=${id},required=true`,
  )
  await world.dockerfile(
    'FROM busybox:1',
    'COPY . /context',
    `RUN ${mounts.join(' ')} cd /run/secrets && sha256sum given file variable key`,
  )
})

afterEach(() => world.remove())

function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** The bytes of a blob, and what is packed in them. */
function opened(bytes: Buffer): string {
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b
  return (isPacked ? gunzipSync(bytes) : bytes).toString('latin1')
}

describe.each([
  { engine: 'buildx', program: 'buildx' },
  { engine: 'buildctl', program: 'buildctl' },
  { engine: 'buildah', program: 'buildah' },
])('secrets with $engine', ({ engine, program }) => {
  it('reach the build, and neither its command line, nor an image, nor the log', async () => {
    const { environment, calls } = await world.recordCalls(program)
    const runner = await world.build(
      {
        engine,
        'no-cache': 'true',
        secrets: `given=${secrets.given}\n"key=${secrets.key}"`,
        'secret-files': 'file=token.txt',
        'secret-envs': 'variable=TOKEN',
      },
      { environment: { ...environment, TOKEN: secrets.inVariable } },
    )
    const log = runner.logged.join('\n')
    const delivered = [secrets.given, `${secrets.inFile}\n`, secrets.inVariable, secrets.key]
    for (const secret of delivered) expect(log).toContain(sumOf(secret))

    const said = await calls()
    expect(said).toMatch(/--secret\nid=given,src=/)
    const layout = await allFiles(runner.outputs.layout ?? '')
    const metadata = JSON.stringify([runner.outputs, runner.states, runner.summary])
    const places = [said, log, metadata, ...layout.map(opened)]
    for (const part of parts) {
      expect(places.filter((place) => place.includes(part))).toEqual([])
    }
    expect(runner.masked).toEqual(
      expect.arrayContaining([secrets.given, secrets.inVariable, 'fourth-secret-j1k2l3']),
    )
  })
})

describe('secrets', () => {
  it('are written for this user only, and nowhere but in the folder of this step', async () => {
    const { environment, calls } = await world.recordCalls('buildctl')
    await world
      .build({ engine: 'buildctl', secrets: `given=${secrets.given}` }, { environment })
      .catch(() => undefined)
    const path = /id=given,src=(\S+)/.exec(await calls())?.[1] ?? ''
    expect(path.startsWith(join(world.folder, 'temp/own/'))).toBe(true)
  })

  it('that are missing are told of by the builder', async () => {
    const building = world.build({ engine: 'buildctl', 'no-cache': 'true' })
    await expect(building).rejects.toThrow(/secret \w+: not found/)
  })
})
