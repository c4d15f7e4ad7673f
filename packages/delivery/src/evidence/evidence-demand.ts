import type { Files, InputProblem } from '@oke-pipeline/core'
import { checkTrustInputs, readTrust } from '@oke-pipeline/evidence'
import type { EvidenceRequirement, Trust, TrustInputs } from '@oke-pipeline/evidence'
import { environmentNamed } from '../environments/order.ts'
import { defaultEnvironmentsFile, readEnvironments } from '../environments/read-environments.ts'
import type { Environments } from '../environments/schema.ts'
import { evidenceInputProblems } from './evidence-inputs.ts'
import type { EvidenceInputs } from './evidence-inputs.ts'

/** What somebody requires to be proved of an image, and with whose signatures. */
export interface EvidenceDemand {
  /** Who requires it, for people. */
  readonly requiredBy: string
  readonly requirements: readonly EvidenceRequirement[]
  readonly trust: Trust
}

/** The environment that an image goes to, and the file that says what it requires. */
export interface Destination {
  readonly environment: string | undefined
  readonly file: string | undefined
}

/** What is wrong with what the inputs and the environments file require, and whom they trust. */
export async function evidenceProblems(
  inputs: Partial<EvidenceInputs>,
  destination: Destination,
  files: Files,
): Promise<readonly InputProblem[]> {
  const [, ...byFile] = await writtenDemands(inputs, destination, files)
  const ofFile = await Promise.all(byFile.map(({ trusted }) => checkTrustInputs(trusted, files)))
  return [
    ...evidenceInputProblems(inputs),
    ...(await checkTrustInputs(inputs, files)),
    ...ofFile.flat().map(({ input, problem }) => ({
      input: 'environments-file',
      problem: `has a "${input}" that cannot be used: ${problem}`,
    })),
  ]
}

/**
 * All that is required of an image: by the inputs, and by the environments file of the environment
 * that it goes to. An input adds to what the file says; it takes nothing of it back.
 * @throws ConfigurationError for files that are not usable, ServiceError where the trust root of the
 * public good instance cannot be fetched.
 */
export async function evidenceDemands(
  inputs: EvidenceInputs,
  destination: Destination,
  files: Files,
): Promise<readonly EvidenceDemand[]> {
  const written = await writtenDemands(inputs, destination, files)
  const asked = written.filter(({ requirements }) => requirements.length > 0)
  return Promise.all(
    asked.map(async ({ trusted, ...demand }) => ({
      ...demand,
      trust: await readTrust(trusted, files),
    })),
  )
}

type WrittenDemand = Omit<EvidenceDemand, 'trust'> & { readonly trusted: Partial<TrustInputs> }

async function writtenDemands(
  inputs: Partial<EvidenceInputs>,
  { environment, file = defaultEnvironmentsFile }: Destination,
  files: Files,
): Promise<readonly WrittenDemand[]> {
  const byInput = {
    requiredBy: 'the input "require-evidence"',
    requirements: inputs['require-evidence'] ?? [],
    trusted: inputs,
  }
  if (environment === undefined) return [byInput]
  return [byInput, ...demandsOf(await readEnvironments(files, file), environment)]
}

/** An environment that requires nothing does not mind whether files of other ones are there. */
function demandsOf(environments: Environments, name: string): readonly WrittenDemand[] {
  const { evidence = [] } = environmentNamed(environments, name)
  if (evidence.length === 0) return []
  const requiredBy = `"${name}" in "${environments.file}"`
  return [{ requiredBy, requirements: evidence, trusted: environments.trust }]
}
