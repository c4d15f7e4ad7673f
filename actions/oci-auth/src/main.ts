import { readInputs } from '@oke-pipeline/core'
import type { InputProblem, Runner } from '@oke-pipeline/core'
import { principalPorts, regionOfRegistryHost } from '@oke-pipeline/oci'
import { checkProblems } from './check/check-target.ts'
import { declaration } from './declaration.ts'
import type { Inputs, Output } from './declaration.ts'
import { makeJobFolder } from './job-folder.ts'
import type { JobFolder } from './job-folder.ts'
import { folderState } from './post.ts'
import { renderSummary } from './render-summary.ts'
import { run } from './run.ts'
import type { AuthResult } from './run.ts'

/** Makes a session of OCI for the job, or only checks what it would be able to do. */
export async function main(runner: Runner): Promise<void> {
  const inputs = await readInputs(declaration.inputs, runner, (values) =>
    checkInputs(values, runner),
  )
  const folder = await makeJobFolder(runner.files.temp)
  runner.saveState(folderState, folder.path)
  if (inputs.check) return check(inputs, runner, folder)
  const program = { command: process.execPath, script: process.argv[1] ?? '' }
  const result = await run(inputs, { ...principalPorts(runner), folder, program })
  for (const [name, value] of Object.entries(result.variables)) runner.exportVariable(name, value)
  runner.setOutputs(outputsOf(result))
  await runner.writeSummary(renderSummary(result))
}

/** Loaded only when it is used: this program also makes the token of each call of kubectl. */
async function check(inputs: Inputs, runner: Runner, folder: JobFolder): Promise<void> {
  const { mainCheck } = await import('./check/main-check.ts')
  await mainCheck(inputs, runner, folder)
}

type World = Pick<Runner, 'environment'>

function checkInputs(values: Partial<Inputs>, { environment }: World): readonly InputProblem[] {
  return [...registryProblems(values, environment), ...checkProblems(values, environment)]
}

function registryProblems(
  values: Partial<Inputs>,
  environment: World['environment'],
): readonly InputProblem[] {
  const { registry } = values
  if (registry === undefined) return []
  if (values['registry-login'] !== true) {
    return [
      { input: 'registry', got: registry, problem: 'is only used with "registry-login: true"' },
    ]
  }
  const isInOcir = regionOfRegistryHost(registry, environment) !== undefined
  if (isInOcir || values['oci-region'] !== undefined) return []
  return [
    { input: 'registry', got: registry, problem: 'expected a host of OCIR, such as iad.ocir.io' },
  ]
}

function outputsOf(result: AuthResult): Readonly<Record<Output, string>> {
  return {
    identity: result.identity.way,
    region: result.identity.region.id,
    tenancy: result.tenancy ?? '',
    expires: result.expiresAt.toISOString(),
    'config-file': result.configFile,
    registry: result.registry ?? '',
    kubeconfig: result.kubeconfig ?? '',
    'check-result': '',
    'check-failures': '',
    'check-files': '',
  }
}
