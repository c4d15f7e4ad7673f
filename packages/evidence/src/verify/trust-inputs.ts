import { ReportedError, assignments, optional, path } from '@oke-pipeline/core'
import type { Files, InputProblem, Values } from '@oke-pipeline/core'
import { publicGoodRoot } from './public-good-root.ts'
import type { EvidenceRequirement, RequiredSigner } from './requirement.ts'
import { parseTrustedKey, parseTrustedRoots } from './trust.ts'
import type { Trust } from './trust.ts'

/** The word for the trust root of Sigstore's public good instance. */
const publicGood = 'sigstore'

/** The inputs by which every action that verifies signatures is told whom to trust. */
export const trustInputs = {
  'trusted-root': optional(
    path(),
    'File with the trust roots of the Sigstore instances whose certificates are verified: a `trusted_root.json`, or what `gh attestation trusted-root` prints. `sigstore` fetches that of the public good instance. Without one, no certificate counts.',
  ),
  'trusted-keys': optional(
    assignments(),
    'Public keys that signatures are verified with: `name=file.pem`, one a line.',
  ),
} as const

/** The values of {@link trustInputs}. */
export type TrustInputs = Values<typeof trustInputs>

/** What is wrong with the files that the inputs name. */
export async function checkTrustInputs(
  values: Partial<TrustInputs>,
  files: Files,
): Promise<readonly InputProblem[]> {
  const keys = values['trusted-keys'] ?? []
  const names = keys.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  const problems = [
    await problemOf('trusted-root', values['trusted-root'], () => readRoots(values, files)),
    ...(await Promise.all(
      keys.map((key) => problemOf('trusted-keys', key.value, () => readKey(key, files))),
    )),
    twice === undefined
      ? undefined
      : { input: 'trusted-keys', got: twice, problem: 'is the name of two keys' },
  ]
  return problems.filter((problem) => problem !== undefined)
}

async function problemOf(
  input: string,
  got: string | undefined,
  read: () => Promise<unknown>,
): Promise<InputProblem | undefined> {
  if (got === undefined) return undefined
  try {
    await read()
    return undefined
  } catch (error) {
    if (!(error instanceof ReportedError)) throw error
    return { input, got, problem: `${error.title}: ${error.explanation.replace(/\.$/, '')}` }
  }
}

/**
 * Why the signers that requirements name could not be verified whatever they sign, each as the end
 * of a sentence.
 */
export function trustLacking(
  requirements: readonly EvidenceRequirement[],
  inputs: Partial<TrustInputs>,
): readonly string[] {
  const signers = requirements.flatMap((requirement) => requirement['signed-by'])
  const reasons = signers.map((signer) => reasonAgainst(signer, inputs))
  return [...new Set(reasons.filter((reason) => reason !== undefined))]
}

function reasonAgainst(signer: RequiredSigner, inputs: Partial<TrustInputs>): string | undefined {
  if (!('key' in signer)) {
    if (inputs['trusted-root'] !== undefined) return undefined
    return `names the identity "${signer.identity}", and there is no "trusted-root" to verify its certificate with`
  }
  if (inputs['trusted-keys']?.some(({ name }) => name === signer.key) === true) return undefined
  return `names the key "${signer.key}", which "trusted-keys" does not have`
}

/**
 * Reads whom to trust.
 * @throws ConfigurationError for a file that is no trust root or key, ServiceError where the root of
 * the public good instance cannot be fetched.
 */
export async function readTrust(inputs: Partial<TrustInputs>, files: Files): Promise<Trust> {
  const keys = inputs['trusted-keys'] ?? []
  return {
    roots:
      inputs['trusted-root'] === publicGood
        ? [await publicGoodRoot(await files.temporaryFolder('tuf'))]
        : await readRoots(inputs, files),
    keys: await Promise.all(keys.map((key) => readKey(key, files))),
  }
}

async function readRoots(inputs: Partial<TrustInputs>, files: Files): Promise<Trust['roots']> {
  const file = inputs['trusted-root']
  if (file === undefined || file === publicGood) return []
  return parseTrustedRoots(await files.readText(file), file)
}

async function readKey(
  { name, value }: { readonly name: string; readonly value: string },
  files: Files,
): Promise<Trust['keys'][number]> {
  return parseTrustedKey(name, await files.readText(value))
}
