import { generateKeyPairSync } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { readInputs } from '@oke-pipeline/core'
import { parseReference } from '@oke-pipeline/image'
import { findRegion } from '@oke-pipeline/oci'
import {
  fakeArtifacts,
  fakeOci,
  recordingRunner,
  serveOci,
  writeLayout,
} from '@oke-pipeline/testing'
import type { FakeRepository } from '@oke-pipeline/testing'
import { declaration } from '../src/declaration.ts'
import { main } from '../src/main.ts'
import { prepareRepository } from '../src/repository/prepare-repository.ts'
import type { PreparedRepository } from '../src/repository/prepare-repository.ts'

const tenancy = 'ocid1.tenancy.oc1..aaaatenancy'
const user = 'ocid1.user.oc1..aaaadeployer'
const compartment = 'ocid1.compartment.oc1..aaaateam'
const image = 'iad.ocir.io/acmens/team/app'
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'push-ocir-'))
  await mkdir(join(folder, 'workspace'))
  await mkdir(join(folder, 'temp'))
  await writeFile(join(folder, 'workspace/REPOSITORY.md'), '# The app')
})

afterEach(() => rm(folder, { recursive: true }))

interface Prepared {
  readonly prepared: PreparedRepository | undefined
  readonly repositories: readonly FakeRepository[]
  readonly asked: number
  readonly logged: string
}

async function prepare(
  given: Readonly<Record<string, string>>,
  { repositories = [], grants = ['manage repos'], isInOcir = true }: Partial<World> = {},
): Promise<Prepared> {
  const state = { tenancy, namespace: 'acmens', repositories: [...repositories] }
  const oci = fakeOci({ services: [fakeArtifacts(state)], grants: { [user]: grants } })
  oci.identity.addApiKey(tenancy, user, pair.publicKey)
  await using served = await serveOci(oci)
  const apiKey = {
    ...{ 'oci-tenancy': tenancy, 'oci-user': user },
    'oci-private-key': pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  }
  const inputs = { layout: 'layout', image, ...apiKey, ...given }
  const runner = recordingRunner({ folder, inputs, environment: served.environment })
  const values = await readInputs(declaration.inputs, runner)
  const reference = parseReference(image)
  const region = isInOcir ? findRegion('iad') : undefined
  const place = { reference, region, identity: undefined }
  const prepared = await prepareRepository(values, place, runner)
  const logged = runner.logged.join('\n')
  return { prepared, repositories: state.repositories, asked: oci.seen.length, logged }
}

interface World {
  readonly repositories: readonly FakeRepository[]
  readonly grants: readonly string[]
  readonly isInOcir: boolean
}

function there(changes: Partial<FakeRepository> = {}): FakeRepository {
  return {
    ...{ id: 'ocid1.containerrepo.oc1.iad.0.acmens.7', compartmentId: compartment },
    ...{ displayName: 'team/app', isImmutable: false, isPublic: false, ...changes },
  }
}

describe('prepareRepository', () => {
  it('asks nothing where nothing is wanted', async () => {
    expect(await prepare({})).toMatchObject({ prepared: undefined, asked: 0 })
  })

  it('creates a missing repository: private, as immutable as wanted, with its readme', async () => {
    const { prepared, repositories } = await prepare({
      ...{ 'create-repository': 'true', compartment, 'create-immutable': 'true' },
      'create-readme': 'REPOSITORY.md',
    })
    expect(prepared?.outcome).toBe('created')
    expect(repositories).toEqual([
      {
        ...{ id: prepared?.repository.id, compartmentId: compartment, displayName: 'team/app' },
        ...{ isImmutable: true, isPublic: false },
        readme: { content: '# The app', format: 'TEXT_MARKDOWN' },
      },
    ])
  })

  it('creates nothing in a registry that is not OCIR', async () => {
    const given = { 'create-repository': 'true', compartment }
    expect(await prepare(given, { isInOcir: false })).toMatchObject({
      prepared: undefined,
      asked: 0,
    })
  })

  it('creates one whose tags move, without a readme, by default', async () => {
    const { repositories } = await prepare({ 'create-repository': 'true', compartment })
    expect(repositories[0]).toMatchObject({ isImmutable: false, isPublic: false })
    expect(repositories[0]?.readme).toBeUndefined()
  })

  it('leaves a public repository public, but says so', async () => {
    const repositories = [there({ isPublic: true })]
    const given = { 'create-repository': 'true', compartment }
    const { prepared, logged } = await prepare(given, { repositories })
    expect(prepared?.outcome).toBe('existed')
    expect(logged).toContain(`${image} is public: everybody on the Internet can pull`)
  })

  it.each([
    { name: 'in the compartment', given: { compartment } },
    { name: 'in the whole tenancy', given: {} },
  ])('lets an immutable repository through, looked for $name', async ({ given }) => {
    const repositories = [there({ isImmutable: true })]
    const { prepared } = await prepare({ 'require-immutable': 'true', ...given }, { repositories })
    expect(prepared?.repository.isImmutable).toBe(true)
  })

  it.each([
    { name: 'is not', repositories: [there()], says: 'Its tags can be moved to other images' },
    { name: 'is not there', repositories: [], says: 'It was not found' },
  ])('refuses a repository that $name immutable, where it must be', async (world) => {
    const refused = prepare({ 'require-immutable': 'true' }, world)
    await expect(refused).rejects.toThrow(world.says)
  })

  it('refuses one that is there already and not immutable, whatever is created otherwise', async () => {
    const given = { 'create-repository': 'true', compartment, 'create-immutable': 'true' }
    const refused = prepare({ ...given, 'require-immutable': 'true' }, { repositories: [there()] })
    await expect(refused).rejects.toThrow(`--repository-id ${there().id} --is-immutable true`)
  })

  it('names the policy that creating takes', async () => {
    const given = { 'create-repository': 'true', compartment }
    await expect(prepare(given, { grants: ['use repos'] })).rejects.toThrow(
      `Allow group … to manage repos in compartment id ${compartment}`,
    )
  })
})

function recipeIn(region: string): string {
  return `ocid1.vsscontainerscanrecipe.oc1.${region}.aaaarecipe`
}

describe('push-ocir refuses, before it does anything,', () => {
  it.each([
    [{ 'create-repository': 'true' }, '"compartment": is required with "create-repository"'],
    [{ compartment: user }, '"compartment"'],
    [{ 'create-immutable': 'true' }, '"create-immutable": expected "create-repository: true"'],
    [{ 'create-readme': 'REPOSITORY.md' }, '"create-readme": expected "create-repository: true"'],
    [
      { 'create-repository': 'true', compartment, 'create-readme': 'NO.md' },
      '"create-readme": got "NO.md", expected a file below the workspace',
    ],
    [{ 'require-immutable': 'true', 'moving-tags': 'latest' }, '"moving-tags": expected none with'],
    [
      { 'require-immutable': 'true', 'create-repository': 'true', compartment, image: 'r.io/app' },
      '"require-immutable": got "true", expected false: r.io is not OCIR',
    ],
    [
      { 'require-immutable': 'true', 'also-push-to': 'r.io/app' },
      '"require-immutable": got "true", expected false: r.io is not OCIR',
    ],
    [
      { 'scan-target': 'x', image: 'r.io/app' },
      '"scan-target": got "x", expected none: r.io is not OCIR',
    ],
    [{ 'scan-target': 'a/b' }, '"scan-target": got "a/b", expected a name of letters'],
    [{ 'scan-recipe': recipeIn('iad') }, '"scan-recipe"'],
    [{ 'scan-target': 'x', 'scan-recipe': 'y' }, '"scan-recipe": got "y", expected an OCID'],
    [
      { 'scan-target': 'x', 'scan-recipe': recipeIn('fra') },
      'expected a recipe in us-ashburn-1, where the image is pushed to',
    ],
    [
      { 'scan-target': 'x', 'scan-recipe': recipeIn('iad'), 'also-push-to': 'fra' },
      'expected none with "also-push-to": a recipe is of one region',
    ],
  ])('%j', async (given, says) => {
    const written = await writeLayout({ folder: join(folder, 'temp/layout'), layers: [] })
    const inputs = { layout: written.path, image, 'oci-auth': 'api-key', ...given }
    const runner = recordingRunner({ folder, inputs, environment: {} })
    await expect(main(runner)).rejects.toThrow(says)
  })
})
