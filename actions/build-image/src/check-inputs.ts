import { join } from 'node:path'
import { checkTargetFile } from '@oke-pipeline/core'
import type { Files, InputProblem, Runner } from '@oke-pipeline/core'
import { checkTarget } from './check-target.ts'
import type { Inputs } from './declaration.ts'
import { checkEngine } from './engines/check-engine.ts'
import { checkPolicy } from './image-policy.ts'
import { dockerfileOf } from './input-paths.ts'
import { isRemote } from './inputs/context.ts'
import { checkTags } from './tags.ts'

/** What the checks look at beside the inputs. */
type Surroundings = Pick<Runner, 'files' | 'environment' | 'run' | 'clock'>

/** Finds what is wrong with the inputs as they are together, before anything is built. */
export async function checkInputs(
  values: Partial<Inputs>,
  { files, environment, run, clock }: Surroundings,
): Promise<readonly InputProblem[]> {
  const problems = await Promise.all([
    checkContext(values, files),
    checkDockerfile(values, files),
    checkStage(values, files),
    ...(values['build-contexts'] ?? []).map((context) => checkNamedContext(context, files)),
    ...(values['secret-files'] ?? []).map((secret) => checkSecretFile(secret, files)),
    checkLayout(values, files),
    checkTargetFile('archive', values.archive, files),
    checkPolicy(values, files),
  ])
  return [
    ...problems.filter((problem) => problem !== undefined),
    ...checkSecretVariables(values, environment),
    ...checkReproducible(values, environment),
    ...checkEngine(values),
    ...(await checkTags(values, { run, clock })),
  ]
}

const outside = 'it leads outside the workspace and the runner’s temp folder'

async function checkContext(
  { context }: Partial<Inputs>,
  files: Files,
): Promise<InputProblem | undefined> {
  if (context?.kind !== 'folder') return undefined
  const kind = await files.kindOf(context.path)
  if (kind === 'folder') return undefined
  const reasons = {
    outside,
    absent: 'there is nothing at that path; is it checked out in an earlier step?',
    file: 'it is a file',
  }
  const problem = `expected a folder of the repository, and ${reasons[kind]}`
  return { input: 'context', got: context.path, problem }
}

async function checkDockerfile(
  { context, file }: Partial<Inputs>,
  files: Files,
): Promise<InputProblem | undefined> {
  if (context?.kind !== 'folder') return undefined
  const dockerfile = dockerfileOf({ context, file })
  const kind = await files.kindOf(dockerfile)
  if (kind === 'file') return undefined
  const reasons = { outside, absent: 'there is none', folder: 'it is a folder' }
  const problem = `expected a Dockerfile, and ${reasons[kind]}`
  return { input: 'file', got: dockerfile, problem }
}

async function checkStage(
  { context, file, target }: Partial<Inputs>,
  files: Files,
): Promise<InputProblem | undefined> {
  if (context?.kind !== 'folder') return undefined
  return checkTarget(target, dockerfileOf({ context, file }), files)
}

async function checkNamedContext(
  { name, value }: { readonly name: string; readonly value: string },
  files: Files,
): Promise<InputProblem | undefined> {
  if (isRemote(value) || (await files.kindOf(value)) === 'folder') return undefined
  const problem = 'expected a folder of the repository, or an address such as docker-image://…'
  return { input: 'build-contexts', got: `${name}=${value}`, problem }
}

async function checkSecretFile(
  { name, value }: { readonly name: string; readonly value: string },
  files: Files,
): Promise<InputProblem | undefined> {
  const kind = await files.kindOf(value)
  if (kind === 'file') return undefined
  const reasons = { outside, absent: 'there is none', folder: 'it is a folder' }
  const problem = `expected a file, and ${reasons[kind]}`
  return { input: 'secret-files', got: `${name}=${value}`, problem }
}

/** The folder is emptied before the build: nothing but an older layout may be lost by that. */
async function checkLayout(
  { layout }: Partial<Inputs>,
  files: Files,
): Promise<InputProblem | undefined> {
  if (layout === undefined) return undefined
  const kind = await files.kindOf(layout)
  if (kind === 'absent') return undefined
  if (kind === 'folder' && (await files.kindOf(join(layout, 'oci-layout'))) === 'file') {
    return undefined
  }
  const found = kind === 'outside' ? outside : 'there is something else'
  return {
    input: 'layout',
    got: layout,
    problem: `expected a path where nothing is yet, or an OCI image layout to be replaced, and ${found}`,
  }
}

function checkSecretVariables(
  values: Partial<Inputs>,
  environment: Surroundings['environment'],
): readonly InputProblem[] {
  return (values['secret-envs'] ?? [])
    .filter(({ value }) => environment[value] === undefined)
    .map(({ name, value }) => ({
      input: 'secret-envs',
      got: `${name}=${value}`,
      problem: `expected the name of a variable that is set under "env:" of this step, and "${value}" is not`,
    }))
}

/** The time of a commit that the builder fetches itself is not known here. */
function checkReproducible(
  { context, reproducible }: Partial<Inputs>,
  environment: Surroundings['environment'],
): readonly InputProblem[] {
  const isKnown = context?.kind !== 'git' || environment.SOURCE_DATE_EPOCH !== undefined
  if (reproducible !== true || isKnown) return []
  const problem =
    'expected SOURCE_DATE_EPOCH under "env:" of this step: the commit of a Git context is not known here'
  return [{ input: 'reproducible', got: 'true', problem }]
}
