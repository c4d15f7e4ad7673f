import { basicForms } from '@oke-pipeline/core'
import type { InputProblem, Runner } from '@oke-pipeline/core'
import { ocirLogin } from '@oke-pipeline/delivery'
import { findPullSecret, writePullSecret } from '@oke-pipeline/kubernetes'
import type { Cluster, PullSecret, RegistryCredentials } from '@oke-pipeline/kubernetes'
import { regionOfRegistryHost } from '@oke-pipeline/oci'
import type { Inputs } from './declaration.ts'

/** A pull secret that was written, and until when pods can pull with it. */
export interface WrittenPullSecret {
  readonly name: string
  /** Whether it was not there before. */
  readonly isNew: boolean
  /** Undefined for a login that the user gave: it is as good as they made it. */
  readonly expiresAt: Date | undefined
}

/** The pull secret that the inputs ask for; undefined where they ask for none. */
export function pullSecretOf({
  namespace,
  image,
  'pull-secret': name,
}: Partial<Inputs>): PullSecret | undefined {
  if (name === undefined || namespace === undefined || image === undefined) return undefined
  return { name, namespace, registry: image.registry }
}

/** What is wrong with the inputs for a pull secret, as far as they alone show it. */
export function pullSecretInputProblems(
  inputs: Partial<Inputs>,
  { environment }: Pick<Runner, 'environment'>,
): readonly InputProblem[] {
  const given = (['pull-secret-username', 'pull-secret-password'] as const).filter(
    (input) => inputs[input] !== undefined,
  )
  if (inputs['pull-secret'] === undefined) {
    return given.map((input) => ({ input, problem: 'is only used with "pull-secret"' }))
  }
  if (given.length === 2) return []
  if (given[0] === 'pull-secret-username') {
    return [{ input: 'pull-secret-password', problem: 'is required with "pull-secret-username"' }]
  }
  if (given[0] === 'pull-secret-password') {
    return [{ input: 'pull-secret-username', problem: 'is required with "pull-secret-password"' }]
  }
  // A plan writes nothing, and is often made where the login is not to be had.
  const registry = inputs.mode === 'apply' ? inputs.image?.registry : undefined
  if (registry === undefined) return []
  if (regionOfRegistryHost(registry, environment) !== undefined) return []
  const problem = `is required with "pull-secret": "${registry}" is not OCIR, for which this step could log in by itself`
  return [{ input: 'pull-secret-username', problem }]
}

/** A pull secret that a deployment is going to write, and what the cluster has against it. */
export interface FoundPullSecret {
  /** Undefined where none is asked for. */
  readonly toWrite: (PullSecret & { readonly isThere: boolean }) | undefined
  readonly problems: readonly InputProblem[]
}

/** Looks at the pull secret that is asked for; in a namespace that is not there yet, it is not either. */
export async function lookAtPullSecret(
  cluster: Cluster,
  inputs: Partial<Inputs>,
  { hasNamespace }: { readonly hasNamespace: boolean },
): Promise<FoundPullSecret> {
  const secret = pullSecretOf(inputs)
  if (secret === undefined) return { toWrite: undefined, problems: [] }
  if (!hasNamespace) return { toWrite: { ...secret, isThere: false }, problems: [] }
  const { isThere, problem } = await findPullSecret(cluster, secret)
  return {
    toWrite: { ...secret, isThere },
    problems: problem === undefined ? [] : [{ input: 'pull-secret', got: secret.name, problem }],
  }
}

/**
 * Writes the pull secret that the inputs ask for: with the login that is given, else with one of
 * OCIR that was made just now, and that ends within the hour.
 * @throws ConfigurationError or ServiceError where OCI gives none.
 */
export async function renewPullSecret(
  cluster: Cluster,
  secret: FoundPullSecret['toWrite'],
  { inputs, runner }: { readonly inputs: Inputs; readonly runner: Runner },
): Promise<WrittenPullSecret | undefined> {
  if (secret === undefined) return undefined
  const login = givenLogin(inputs) ?? (await ocirLogin(secret.registry, inputs, runner))
  if (login === undefined) throw new Error('Only OCIR logs an identity of OCI in')
  for (const form of basicForms(login.username, login.password)) runner.mask(form)
  await writePullSecret(cluster, secret, login)
  const { name, isThere } = secret
  const { expiresAt } = login
  runner.log.info(`Pull secret "${name}" for ${secret.registry}: written`)
  if (expiresAt !== undefined) warn(name, expiresAt, runner)
  return { name, isNew: !isThere, expiresAt }
}

interface Login extends RegistryCredentials {
  readonly expiresAt?: Date
}

function givenLogin(inputs: Inputs): Login | undefined {
  const { 'pull-secret-username': username, 'pull-secret-password': password } = inputs
  return username === undefined || password === undefined ? undefined : { username, password }
}

/** When pods can no longer pull with a login that ends by itself, in one sentence. */
export function lifetimeOf({
  name,
  expiresAt,
}: Pick<WrittenPullSecret, 'name' | 'expiresAt'>): string | undefined {
  if (expiresAt === undefined) return undefined
  const until = expiresAt.toISOString().replace(/\.\d+Z$/, 'Z')
  return `Pull secret "${name}" ends at ${until}: a pod that starts later, on a node that does not have the image yet, cannot pull it.`
}

function warn(name: string, expiresAt: Date, runner: Runner): void {
  const message = `${lifetimeOf({ name, expiresAt }) ?? ''} Give an auth token by "pull-secret-username" and "pull-secret-password", or let the nodes pull by themselves.`
  runner.annotate([{ level: 'warning', title: 'deploy-oke: short-lived pull secret', message }])
}
