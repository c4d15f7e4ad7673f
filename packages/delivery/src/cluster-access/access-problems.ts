import { UnacceptableValue } from '@oke-pipeline/core'
import type { InputProblem, InputSource } from '@oke-pipeline/core'
import { accessOf } from '@oke-pipeline/kubernetes'
import { clusterAccessInputs } from './access-inputs.ts'
import type { ClusterAccessInputs } from './access-inputs.ts'

/** The ways to a cluster, by the input that leads there. */
const ways = ['kubeconfig', 'cluster', 'cluster-server'] as const

/** Inputs that say more of one of the ways, and whether it cannot be gone without them. */
const belonging = [
  { name: 'context', way: 'kubeconfig', isRequired: false },
  { name: 'cluster-endpoint', way: 'cluster', isRequired: false },
  { name: 'cluster-ca', way: 'cluster-server', isRequired: true },
  { name: 'cluster-audience', way: 'cluster-server', isRequired: true },
] as const

/** What is wrong with the ways to a cluster, as far as the inputs alone show it. */
export function accessProblems(
  inputs: Partial<ClusterAccessInputs>,
  source: Pick<InputSource, 'input'>,
): readonly InputProblem[] {
  const isGiven = givenIn(source)
  return [
    ...wayProblems(ways.filter(isGiven)),
    ...belonging.flatMap((input) => belongingProblems(input, isGiven)),
    ...contextProblems(inputs),
  ]
}

/** Whether every input for a cluster that is given has a value: one that was not usable has none. */
export function areUsable(
  inputs: Partial<ClusterAccessInputs>,
  source: Pick<InputSource, 'input'>,
): inputs is ClusterAccessInputs {
  const isGiven = givenIn(source)
  return Object.entries(clusterAccessInputs).every(
    ([name, input]) =>
      Reflect.get(inputs, name) !== undefined || !(isGiven(name) || input.default !== undefined),
  )
}

function givenIn(source: Pick<InputSource, 'input'>): (name: string) => boolean {
  return (name) => (source.input(name)?.trim() ?? '') !== ''
}

function wayProblems(given: readonly (typeof ways)[number][]): readonly InputProblem[] {
  const [first, ...others] = given
  if (first === undefined) {
    return [
      {
        input: 'cluster',
        problem:
          'is required, or "kubeconfig", or "cluster-server": one of the three leads to the cluster',
      },
    ]
  }
  return others.map((input) => ({
    input,
    problem: `cannot be given together with "${first}": each leads to a cluster of its own`,
  }))
}

function belongingProblems(
  { name, way, isRequired }: (typeof belonging)[number],
  isGiven: (name: string) => boolean,
): readonly InputProblem[] {
  if (isGiven(name) && !isGiven(way)) {
    return [{ input: name, problem: `is only used with "${way}"` }]
  }
  return isRequired && isGiven(way) && !isGiven(name)
    ? [{ input: name, problem: `is required with "${way}"` }]
    : []
}

function contextProblems({
  kubeconfig,
  context,
}: Partial<ClusterAccessInputs>): readonly InputProblem[] {
  if (kubeconfig === undefined) return []
  try {
    accessOf(kubeconfig, context)
    return []
  } catch (error) {
    if (!(error instanceof UnacceptableValue)) throw error
    const got = context === undefined ? { input: 'kubeconfig' } : { input: 'context', got: context }
    return [{ ...got, problem: `does not lead to a cluster: of the kubeconfig, ${error.message}` }]
  }
}
