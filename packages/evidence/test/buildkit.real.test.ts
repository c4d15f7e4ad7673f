import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { openLayout } from '@oke-pipeline/image'
import type { Layout } from '@oke-pipeline/image'
import { currentLab } from '../../../test/setup/lab.ts'
import { detachAttestations, predicateTypes, readStatements } from '../src/index.ts'

const lab = currentLab()
const secret = 'a-secret-that-nobody-may-see'
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'buildkit-'))
  await mkdir(join(folder, 'context'))
  await writeFile(join(folder, 'secret'), secret)
  const lines = ['FROM scratch', 'ARG COLOUR', 'COPY file /file', 'LABEL colour=$COLOUR']
  await writeFile(join(folder, 'context', 'Dockerfile'), `${lines.join('\n')}\n`)
  await writeFile(join(folder, 'context', 'file'), 'content')
})

afterAll(() => rm(folder, { recursive: true }))

let count = 0

async function build(...options: readonly string[]): Promise<Layout> {
  return buildNamed('', ...options)
}

/** `name` as the exporter takes it: `,name=registry/app:1`. */
async function buildNamed(name: string, ...options: readonly string[]): Promise<Layout> {
  count += 1
  const path = join(folder, `layout-${count}`)
  const epoch = { SOURCE_DATE_EPOCH: '1700000000' }
  await promisify(execFile)(
    'buildx',
    [
      ...['build', '--build-arg', 'COLOUR=blue', '--secret', `id=key,src=${folder}/secret`],
      ...[
        '--output',
        `type=oci,tar=false,dest=${path}${name}`,
        ...options,
        join(folder, 'context'),
      ],
    ],
    { env: { ...lab.environment, ...epoch } },
  )
  const layout = await openLayout(path)
  await layout.verify()
  return layout
}

const platforms = ['--platform', 'linux/amd64,linux/arm64']

describe('what BuildKit attests', () => {
  it.each([
    { name: 'one platform', options: [], images: 1 },
    { name: 'two platforms', options: platforms, images: 2 },
  ])('leaves the digest of $name what it is without', async ({ options, images }) => {
    const plain = await build('--provenance=false', ...options)
    const attested = await build('--provenance=mode=max', ...options)
    expect(attested.digest).not.toBe(plain.digest)
    const layout = await detachAttestations(attested)
    await layout.verify()
    expect(layout.digest).toBe(plain.digest)
    const statements = await readStatements(layout)
    expect(statements.map(({ statement }) => statement.predicateType)).toEqual(
      Array.from({ length: images }, () => predicateTypes.provenance),
    )
    expect(statements.map(({ subject }) => subject.digest)).toEqual(
      layout.images.map(({ descriptor }) => descriptor.digest),
    )
  })

  it('names the image by its digest, also where BuildKit names it by a tag', async () => {
    const name = ',name=example.invalid/app:1'
    const built = await buildNamed(name, '--provenance=mode=min', ...platforms)
    const layout = await detachAttestations(built)
    const [first] = await readStatements(layout)
    const sha256 = first?.subject.digest.replace('sha256:', '')
    expect(first?.statement.subject).toEqual([
      expect.objectContaining({
        name: expect.stringMatching(/^pkg:docker\/example\.invalid\/app@1/),
        digest: { sha256 },
      }),
    ])
    const index = await readFile(join(layout.path, 'index.json'), 'utf8')
    expect(JSON.parse(index)).toMatchObject({
      manifests: [
        {
          digest: layout.digest,
          annotations: { 'io.containerd.image.name': 'example.invalid/app:1' },
        },
      ],
    })
  })

  it.each(['min', 'max'])('holds no secret with mode=%s', async (mode) => {
    const layout = await detachAttestations(await build(`--provenance=mode=${mode}`))
    const files = await readdir(layout.path, { recursive: true, withFileTypes: true })
    const contents = await Promise.all(
      files
        .filter((file) => file.isFile())
        .map((file) => readFile(join(file.parentPath, file.name), 'utf8')),
    )
    expect(contents.length).toBeGreaterThan(5)
    expect(contents.some((content) => content.includes(secret))).toBe(false)
  })
})
