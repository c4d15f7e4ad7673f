import { describe, expect, it } from '@jest/globals'
import { fakeScanTargets } from '@oke-pipeline/testing'
import type { FakeScanRecipe, FakeScanTarget, FakeScanTargetsState } from '@oke-pipeline/testing'
import { compartment, startOci, tenancy, user } from './oci-harness.ts'
import type { Harness } from './oci-harness.ts'
import { ensureScanTarget, parseOcid, permissionsFor } from '@oke-pipeline/oci'
import type { EnsuredScanTarget } from '@oke-pipeline/oci'

const repository = { name: 'team/app', compartment }
const security = 'ocid1.compartment.oc1..aaaasecurity'

const standard: FakeScanRecipe = {
  ...{ id: 'ocid1.vsscontainerscanrecipe.oc1.iad.standard', compartmentId: compartment },
  ...{ displayName: 'standard', scanSettings: { scanLevel: 'STANDARD' } },
}
const off: FakeScanRecipe = {
  ...{ ...standard, id: 'ocid1.vsscontainerscanrecipe.oc1.iad.off' },
  ...{ displayName: 'off', scanSettings: { scanLevel: 'NONE' } },
}

function there(
  displayName: string,
  repositories: readonly string[],
  changes: Partial<FakeScanTarget> = {},
): FakeScanTarget {
  return {
    ...{ id: `ocid1.vsscontainerscantarget.oc1.iad.${displayName}`, displayName },
    ...{ compartmentId: compartment, containerScanRecipeId: standard.id },
    targetRegistry: { type: 'OCIR', compartmentId: compartment, repositories },
    ...changes,
  }
}

/** The very permissions that the doctor lists for it. */
const enough = permissionsFor(['scan-target'])
  .filter(({ service }) => service === undefined)
  .flatMap(({ allows }) => allows.replaceAll(/[{}]/g, '').split(', '))

interface World extends Harness {
  readonly state: FakeScanTargetsState
}

async function start(
  changes: Partial<FakeScanTargetsState> = {},
  grants: readonly string[] = enough,
): Promise<World> {
  const state: FakeScanTargetsState = {
    ...{ targets: [], recipes: [standard, off] },
    repositories: { [compartment]: ['team/app', 'team/other', 'x'] },
    ...changes,
  }
  const services = [fakeScanTargets(state)]
  return { ...(await startOci({ services, grants: { [user]: grants } })), state }
}

function ensure({ client, ports }: World, recipe?: string): Promise<EnsuredScanTarget> {
  const wanted = {
    repository,
    name: 'pipeline',
    recipe: recipe === undefined ? undefined : parseOcid(recipe),
  }
  return ensureScanTarget(client, wanted, { tenancy: parseOcid(tenancy), ports })
}

function repositoriesOf({ state }: World, name: string): readonly string[] | undefined {
  return state.targets.find(({ displayName }) => displayName === name)?.targetRegistry.repositories
}

const changesIn = ({ oci }: World): readonly string[] =>
  oci.seen
    .filter(({ method }) => method !== 'GET')
    .map(({ method, target }) => `${method} ${target}`)

describe('ensureScanTarget', () => {
  it('makes a target with a recipe that scans, and changes nothing the second time', async () => {
    await using world = await start()
    const { target, outcome } = await ensure(world)
    expect(outcome).toBe('created')
    expect(target).toMatchObject({ name: 'pipeline', compartmentId: compartment, state: 'ACTIVE' })
    expect(world.state.recipes.find(({ id }) => id === target.recipeId)).toMatchObject({
      ...{ displayName: 'pipeline', scanSettings: { scanLevel: 'STANDARD' } },
    })
    expect(repositoriesOf(world, 'pipeline')).toEqual(['team/app'])
    expect((await ensure(world)).outcome).toBe('existed')
    expect(changesIn(world)).toEqual([
      'POST /20210215/containerScanRecipes',
      'POST /20210215/containerScanTargets',
    ])
  })

  it('makes it with the recipe that is given', async () => {
    await using world = await start()
    expect((await ensure(world, standard.id)).target.recipeId).toBe(standard.id)
    expect(changesIn(world)).toEqual(['POST /20210215/containerScanTargets'])
  })

  it('takes a recipe of the name that is there', async () => {
    const recipes = [standard, { ...standard, id: `${standard.id}2`, displayName: 'pipeline' }]
    await using world = await start({ recipes })
    expect((await ensure(world)).target.recipeId).toBe(`${standard.id}2`)
  })

  it('adds the repository to the target of the name, and keeps those that it has', async () => {
    await using world = await start({
      targets: [there('pipeline', ['team/other'])],
      readsUntilDone: 2,
    })
    const { target, outcome } = await ensure(world)
    expect(outcome).toBe('extended')
    expect(target.registry.repositories).toEqual(['team/other', 'team/app'])
    expect(world.ports.slept).toEqual([3, 3])
    expect(changesIn(world)).toHaveLength(1)
  })

  it.each([
    { name: 'another target has it', targets: [there('theirs', ['x', 'team/app'])] },
    { name: 'one has the whole compartment', targets: [there('theirs', [])] },
    {
      name: 'one of the root has the whole tenancy',
      targets: [
        there('theirs', [], {
          ...{ compartmentId: tenancy },
          targetRegistry: { type: 'OCIR', compartmentId: tenancy },
        }),
      ],
    },
    {
      name: 'one has it whose recipe may not be seen',
      targets: [there('theirs', ['team/app'], { containerScanRecipeId: 'ocid1.r.oc1.iad.hidden' })],
    },
    {
      name: 'one scans it besides one that does not',
      targets: [there('a', [], { containerScanRecipeId: off.id }), there('theirs', ['team/app'])],
    },
  ])('changes nothing where $name', async ({ targets }) => {
    await using world = await start({ targets }, ['read vss-family'])
    const { target, outcome } = await ensure(world)
    expect({ outcome, name: target.name }).toEqual({ outcome: 'existed', name: 'theirs' })
    expect(changesIn(world)).toEqual([])
  })

  it('is content with the targets of the compartment where the root may not be looked at', async () => {
    await using world = await start({ hidden: [tenancy] })
    expect((await ensure(world)).outcome).toBe('created')
  })

  it('does not lose what another job adds at the same time', async () => {
    await using world = await start({ targets: [there('pipeline', ['team/other'])] })
    // The other job's change is made between the look at the target and the change of it.
    const [own] = world.state.targets
    world.oci.failNext({ status: 412, body: { code: 'NoEtagMatch' }, only: 'PUT' })
    world.state.targets = [{ ...there('pipeline', ['team/other', 'x']), id: own?.id ?? '' }]
    expect((await ensure(world)).target.registry.repositories).toEqual([
      'team/other',
      'x',
      'team/app',
    ])
  })

  it('sends the mark of the state that it changes', async () => {
    await using world = await start({ targets: [there('pipeline', ['team/other'])] })
    await ensure(world)
    const put = world.oci.seen.find(({ method }) => method === 'PUT')
    expect(put?.headers['if-match']).toMatch(/./)
  })

  it('takes the target that another job makes at the same time', async () => {
    await using world = await start()
    const body = { code: 'Conflict', message: 'Target exists' }
    world.oci.failNext({
      status: 409,
      body,
      only: 'POST /20210215/containerScanTargets',
      isAfter: true,
    })
    expect((await ensure(world)).outcome).toBe('existed')
    expect(world.state.targets).toHaveLength(1)
  })

  it.each(['POST', 'PUT'])('does not do it twice when the answer to a %s is lost', async (only) => {
    const targets = only === 'PUT' ? [there('pipeline', ['team/other'])] : []
    await using world = await start({ targets })
    world.oci.failNext({ status: 503, body: { code: 'Busy' }, only, isAfter: true })
    await ensure(world)
    expect(world.state.targets).toHaveLength(1)
    const repositories = repositoriesOf(world, 'pipeline') ?? []
    expect(repositories.filter((name) => name === 'team/app')).toHaveLength(1)
  })

  it('says that a target which it may not see has the repository', async () => {
    const targets = [there('theirs', ['team/app'], { compartmentId: security })]
    await using world = await start({ targets, hidden: [security] })
    await expect(ensure(world)).rejects.toThrow(
      'Repository "team/app" could not be given to a scan target',
    )
    expect(world.state.targets).toHaveLength(1)
  })

  it.each([
    {
      name: 'has the repository',
      targets: [there('theirs', ['team/app'], { containerScanRecipeId: off.id })],
    },
    {
      name: 'would get it',
      targets: [there('pipeline', ['x'], { containerScanRecipeId: off.id })],
    },
  ])('refuses a target that scans nothing, and $name', async ({ targets }) => {
    await using world = await start({ targets })
    await expect(ensure(world)).rejects.toThrow(
      `recipe update --container-scan-recipe-id ${off.id}`,
    )
    expect(changesIn(world)).toEqual([])
  })

  it('refuses a recipe that scans nothing', async () => {
    await using world = await start()
    await expect(ensure(world, off.id)).rejects.toThrow('The scan level of its recipe')
    expect(changesIn(world)).toEqual([])
  })

  it('does not take over a target for the repositories of another compartment', async () => {
    const targetRegistry = { type: 'OCIR', compartmentId: security, repositories: ['y'] } as const
    await using world = await start({ targets: [there('pipeline', [], { targetRegistry })] })
    await expect(ensure(world)).rejects.toThrow('Give another name as "scan-target"')
    expect(changesIn(world)).toEqual([])
  })

  it.each([
    { name: 'was made and failed', state: { becomes: 'FAILED' } },
    {
      name: 'has the repository and failed',
      state: { targets: [there('theirs', ['team/app'], { lifecycleState: 'FAILED' })] },
    },
    {
      name: 'has the name and failed',
      state: { targets: [there('pipeline', ['x'], { lifecycleState: 'FAILED' })] },
    },
  ])('names the policies of the service where a target $name', async ({ state }) => {
    await using world = await start(state)
    await expect(ensure(world)).rejects.toThrow(
      `"Allow service vulnerability-scanning-service to read repos in compartment id ${compartment}"`,
    )
  })

  it('makes a new one where the old one is deleted', async () => {
    const targets = [there('pipeline', ['team/app'], { lifecycleState: 'DELETED' })]
    await using world = await start({ targets })
    expect((await ensure(world)).outcome).toBe('created')
  })

  it('warns where OCI takes longer to make it than is waited for', async () => {
    await using world = await start({ readsUntilDone: 100 })
    expect((await ensure(world)).target.state).toBe('CREATING')
    expect(world.ports.logged.join('\n')).toContain('"pipeline" is not active yet: it is CREATING')
  })

  it('fails where OCI accepts the repository and does not take it', async () => {
    const targets = [there('pipeline', ['x'])]
    await using world = await start({ targets, readsUntilDone: 100 })
    await expect(ensure(world)).rejects.toThrow('does not have "team/app" yet')
  })

  it.each([
    { grants: [], says: 'Listing the container scan targets found nothing, or is not allowed' },
    { grants: ['read vss-family'], says: 'Creating the scan recipe "pipeline"' },
  ])('with $grants names the policy that is missing', async ({ grants, says }) => {
    await using world = await start({}, grants)
    const failed = ensure(world)
    await expect(failed).rejects.toThrow(says)
    await expect(failed).rejects.toThrow(
      `VSS_CONTAINERSCANRECIPE_CREATE} in compartment id ${compartment}`,
    )
  })
})
