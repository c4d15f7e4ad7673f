import { GateError, messageOf, readInputs } from '@oke-pipeline/core'
import type { InputSource, Runner } from '@oke-pipeline/core'
import { connectCluster, recordedReferences } from '@oke-pipeline/kubernetes'
import type { RecordedReferences } from '@oke-pipeline/kubernetes'
import { clusterAccessInputs } from '../cluster-access/access-inputs.ts'
import { accessProblems } from '../cluster-access/access-problems.ts'
import { openCluster } from '../cluster-access/open-cluster.ts'
import { completedByCluster } from '../environments/environment-inputs.ts'
import type { Environment, Environments } from '../environments/schema.ts'

/**
 * What the release records of all environments refer to, each in its own cluster and namespace.
 * @throws GateError where those of one cannot be read: what it needs is not known then.
 */
export async function environmentReferences(
  { file, environments }: Environments,
  runner: Runner,
): Promise<RecordedReferences> {
  const all: RecordedReferences[] = []
  for (const environment of environments) {
    all.push(await referencesOf(environment, file, runner))
  }
  return {
    digests: new Set(all.flatMap(({ digests }) => [...digests])),
    names: new Set(all.flatMap(({ names }) => [...names])),
  }
}

async function referencesOf(
  { name, namespace }: Environment,
  file: string,
  runner: Runner,
): Promise<RecordedReferences> {
  try {
    const source = await completedByCluster(asOf(name, file, runner), runner.files, 'environment')
    const inputs = await readInputs(clusterAccessInputs, source, (values) =>
      accessProblems(values, source),
    )
    const cluster = connectCluster(await openCluster(inputs, runner), runner)
    const found = await recordedReferences(cluster, namespace)
    runner.log.info(`"${name}" (${namespace}): ${found.digests.size} digests in release records`)
    return found
  } catch (error) {
    runner.signal.throwIfAborted()
    throw new GateError({
      title: `The release records of "${name}" cannot be read`,
      explanation: `${messageOf(error)} What is deployed there is not known, so nothing is deleted.`,
      remedy: `Let this step read Secrets in the namespace "${namespace}" of that cluster.`,
      place: { file },
      cause: error,
    })
  }
}

/** The inputs of this step, for one environment of the file. */
function asOf(name: string, file: string, source: InputSource): InputSource {
  const own: Readonly<Record<string, string>> = { environment: name, 'environments-file': file }
  return { input: (input) => own[input] ?? source.input(input), mask: (one) => source.mask(one) }
}
