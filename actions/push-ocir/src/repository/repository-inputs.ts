import { boolean, optional, path, withDefault } from '@oke-pipeline/core'
import type { Files, InputProblem, Values } from '@oke-pipeline/core'
import { ocidKind, regionOfRegistryHost } from '@oke-pipeline/oci'
import type { DestinationInputs } from '../destination/destination-inputs.ts'

/** The inputs about the repository that is pushed to. */
export const repositoryInputs = {
  'create-repository': withDefault(
    boolean(),
    'false',
    'Whether a repository of OCIR that is missing is created, in `compartment`. It is private; one that is there is left as it is.',
  ),
  compartment: optional(
    ocidKind('compartment', 'tenancy'),
    'OCID of the compartment of the repository, for `create-repository` and `require-immutable`.',
  ),
  'create-immutable': withDefault(
    boolean(),
    'false',
    'Whether a repository that is created is immutable: its tags never move, and what is attached to an image later is only listed where the registry has the referrers API.',
  ),
  'create-readme': optional(
    path(),
    'File, in Markdown, that a repository that is created has as its readme.',
  ),
  'require-immutable': withDefault(
    boolean(),
    'false',
    'Whether to refuse to push to a repository that is not immutable.',
  ),
} as const

/** The values of {@link repositoryInputs}. */
export type RepositoryInputs = Values<typeof repositoryInputs>

type Given = Partial<RepositoryInputs> & Partial<Pick<DestinationInputs, 'image' | 'also-push-to'>>

/** What the inputs about the repository are checked with. */
export interface RepositoryWorld {
  readonly files: Pick<Files, 'kindOf'>
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly hasMovingTags: boolean
}

/** What is wrong with the inputs about the repository, taken together. */
export async function checkRepository(
  values: Given,
  world: RepositoryWorld,
): Promise<readonly InputProblem[]> {
  const creates = values['create-repository'] === true
  return [
    ...checkPlace(values, world),
    ...problemIf(creates && values.compartment === undefined, {
      input: 'compartment',
      problem: 'is required with "create-repository": give the OCID of the compartment',
    }),
    ...problemIf(
      values['create-immutable'] === true && !creates,
      needsCreation('create-immutable'),
    ),
    ...problemIf(values['create-readme'] !== undefined && !creates, needsCreation('create-readme')),
    ...(await checkReadme(values, world)),
    ...checkMoving(values, world),
  ]
}

/** Elsewhere nothing can be created; that there is no immutability must not pass unseen. */
function checkPlace(values: Given, { environment }: RepositoryWorld): readonly InputProblem[] {
  const foreign = (registry: string | undefined): registry is string =>
    registry !== undefined && regionOfRegistryHost(registry, environment) === undefined
  const main = values.image?.registry
  const others = (values['also-push-to'] ?? []).map((target) =>
    'registry' in target ? target.registry : undefined,
  )
  const found = {
    'create-repository': [main].find(foreign),
    'require-immutable': [main, ...others].find(foreign),
  }
  return (['create-repository', 'require-immutable'] as const).flatMap((input) => {
    const registry = found[input]
    if (values[input] !== true || registry === undefined) return []
    return [{ input, got: 'true', problem: `expected false: ${registry} is not OCIR` }]
  })
}

async function checkReadme(
  { 'create-readme': readme }: Given,
  { files }: RepositoryWorld,
): Promise<readonly InputProblem[]> {
  if (readme === undefined || (await files.kindOf(readme)) === 'file') return []
  const problem = 'expected a file below the workspace'
  return [{ input: 'create-readme', got: readme, problem }]
}

function checkMoving(values: Given, { hasMovingTags }: RepositoryWorld): readonly InputProblem[] {
  const input = (['require-immutable', 'create-immutable'] as const).find(
    (name) => values[name] === true,
  )
  if (input === undefined || !hasMovingTags) return []
  const problem = `expected none with "${input}": the tags of an immutable repository do not move`
  return [{ input: 'moving-tags', problem }]
}

function needsCreation(input: string): InputProblem {
  return { input, problem: 'expected "create-repository: true" with it' }
}

function problemIf(isProblem: boolean, problem: InputProblem): readonly InputProblem[] {
  return isProblem ? [problem] : []
}
