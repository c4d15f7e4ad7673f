import { describe, expect, it } from '@jest/globals'
import { fakeArtifacts } from '@oke-pipeline/testing'
import type { FakeArtifactsState, FakeRepository } from '@oke-pipeline/testing'
import { compartment, startOci, tenancy, user } from './oci-harness.ts'
import type { Harness } from './oci-harness.ts'
import { ensureContainerRepository, findContainerRepository, parseOcid } from '@oke-pipeline/oci'
import type { EnsuredRepository, WantedRepository } from '@oke-pipeline/oci'

const elsewhere = 'ocid1.compartment.oc1..aaaaelsewhere'
const name = 'team/app'

const wanted: WantedRepository = {
  ...{ name, compartment: parseOcid(compartment), isImmutable: true, readme: '# App' },
}

function there(changes: Partial<FakeRepository> = {}): FakeRepository {
  return {
    ...{ id: 'ocid1.containerrepo.oc1.iad.0.acmens.7', compartmentId: compartment },
    ...{ displayName: name, isImmutable: false, isPublic: false, ...changes },
  }
}

interface World extends Harness {
  readonly state: FakeArtifactsState
}

async function start(
  repositories: readonly FakeRepository[] = [],
  grants: readonly string[] = ['manage repos'],
): Promise<World> {
  const state = { tenancy, namespace: 'acmens', repositories: [...repositories] }
  const harness = await startOci({ services: [fakeArtifacts(state)], grants: { [user]: grants } })
  return { ...harness, state }
}

function ensure({ client, ports }: World): Promise<EnsuredRepository> {
  return ensureContainerRepository(client, wanted, { tenancy: parseOcid(tenancy), ports })
}

const posts = (world: World): number =>
  world.oci.seen.filter(({ method }) => method === 'POST').length

describe('ensureContainerRepository', () => {
  it('creates what is missing: in its compartment, private, immutable, with its readme', async () => {
    await using world = await start()
    const { outcome, repository } = await ensure(world)
    expect(outcome).toBe('created')
    expect(repository).toMatchObject({ name, compartmentId: compartment, isImmutable: true })
    expect(world.state.repositories).toEqual([
      {
        ...{ id: repository.id, compartmentId: compartment, displayName: name },
        ...{ isImmutable: true, isPublic: false },
        readme: { content: '# App', format: 'TEXT_MARKDOWN' },
      },
    ])
  })

  it('changes nothing the second time', async () => {
    await using world = await start()
    await ensure(world)
    expect((await ensure(world)).outcome).toBe('existed')
    expect(posts(world)).toBe(1)
  })

  it('leaves a repository that is there as it is', async () => {
    await using world = await start([there({ isPublic: true })])
    expect(await ensure(world)).toEqual({
      outcome: 'existed',
      repository: {
        ...{ id: there().id, compartmentId: compartment, name },
        ...{ isImmutable: false, isPublic: true },
      },
    })
    expect(posts(world)).toBe(0)
  })

  it('takes one that another job creates at the same time', async () => {
    await using world = await start()
    const conflict = { code: 'NAMESPACE_CONFLICT', message: 'Repository already exists' }
    world.oci.failNext({ status: 409, body: conflict, only: 'POST', isAfter: true })
    expect((await ensure(world)).outcome).toBe('existed')
    expect(world.state.repositories).toHaveLength(1)
  })

  it('waits for it where the list does not have it at once', async () => {
    await using world = await start()
    world.oci.failNext({ status: 409, body: { code: 'Conflict' }, only: 'POST', isAfter: true })
    const empty = { status: 200, body: { items: [] }, only: 'GET /20160918/container/repositories' }
    world.oci.failNext({ ...empty, times: 3 })
    expect((await ensure(world)).outcome).toBe('existed')
    expect(world.ports.slept).toEqual([2, 2])
  })

  it('does not create it twice when the answer is lost', async () => {
    await using world = await start()
    world.oci.failNext({ status: 503, body: { code: 'Busy' }, only: 'POST', isAfter: true })
    expect((await ensure(world)).outcome).toBe('created')
    expect(world.state.repositories).toHaveLength(1)
  })

  it('says in which compartment the repository is', async () => {
    await using world = await start([there({ compartmentId: elsewhere })])
    await expect(ensure(world)).rejects.toThrow(`It is in ${elsewhere}, not in ${compartment}`)
  })

  it('does not take a repository that is being deleted for one that is there', async () => {
    await using world = await start([there({ lifecycleState: 'DELETING' })])
    await expect(ensure(world)).rejects.toThrow('is not in the compartment that is given')
  })

  it.each([
    { grants: [], policy: `Allow group … to inspect repos in compartment id ${compartment}` },
    { grants: ['use repos'], policy: `to manage repos in compartment id ${compartment}` },
  ])('with $grants names the policy that is missing', async ({ grants, policy }) => {
    await using world = await start([], grants)
    await expect(ensure(world)).rejects.toThrow(policy)
    expect(world.state.repositories).toEqual([])
  })

  it.each([
    { made: { isPublic: true, isImmutable: true }, says: 'It is public and immutable' },
    { made: { isPublic: false, isImmutable: false }, says: 'It is private and not immutable' },
  ])('refuses a repository that was made otherwise: $says', async ({ made, says }) => {
    await using world = await start()
    const body = { ...there(), ...made }
    world.oci.failNext({ status: 200, body, only: 'POST' })
    await expect(ensure(world)).rejects.toThrow(says)
  })

  it('says that a limit is reached', async () => {
    await using world = await start()
    const body = { code: 'LimitExceeded', message: 'The limit of repositories is reached' }
    world.oci.failNext({ status: 400, body, only: 'POST' })
    await expect(ensure(world)).rejects.toThrow('exceeds a limit of the tenancy')
  })
})

describe('findContainerRepository', () => {
  it('looks into every compartment of a tenancy, and through all pages', async () => {
    const others = Array.from({ length: 150 }, (_, index) =>
      there({ id: `ocid1.containerrepo.oc1.iad.0.acmens.x${index}`, displayName: `x${index}` }),
    )
    const wantedOne = there({ compartmentId: elsewhere, isImmutable: true })
    await using world = await start([...others, wantedOne])
    const found = await findContainerRepository(world.client, name, parseOcid(tenancy))
    expect(found).toMatchObject({ compartmentId: elsewhere, isImmutable: true })
  })

  it('finds none of a longer name', async () => {
    await using world = await start([there({ displayName: `${name}2` })])
    const found = await findContainerRepository(world.client, name, parseOcid(compartment))
    expect(found).toBeUndefined()
  })
})
