import type { InputProblem } from '@oke-pipeline/core'
import { regionOfRegistryHost } from '@oke-pipeline/oci'
import type { Ocid, Purpose } from '@oke-pipeline/oci'
import type { Inputs } from '../declaration.ts'

/** What the identity has to be able to do, and with what. */
export interface CheckTarget {
  readonly purposes: readonly Purpose[]
  readonly images: Inputs['check-repository']
  readonly cluster: Ocid | undefined
  readonly namespaces: readonly string[]
  readonly compartment: Ocid | undefined
  readonly key: Ocid | undefined
}

/** What to check: what is asked for, else all that the things named are for. */
export function checkTarget(inputs: Inputs): CheckTarget {
  return {
    purposes: inputs['check-for'] ?? defaultPurposes(inputs),
    images: inputs['check-repository'],
    cluster: inputs.cluster,
    namespaces: inputs['check-namespace'] ?? [],
    compartment: inputs['check-compartment'],
    key: inputs['check-key'],
  }
}

function defaultPurposes(inputs: Partial<Inputs>): readonly Purpose[] {
  return [
    ...(inputs['check-repository'] === undefined ? [] : (['pull', 'push'] as const)),
    ...(inputs.cluster === undefined ? [] : (['deploy'] as const)),
    ...(inputs['check-key'] === undefined ? [] : (['sign'] as const)),
  ]
}

/** Which inputs have what each purpose is about. */
const neededInputs: Readonly<Record<Purpose, readonly (keyof Inputs)[]>> = {
  pull: ['check-repository'],
  push: ['check-repository'],
  create: ['check-repository'],
  deploy: ['cluster'],
  scan: ['check-compartment'],
  'scan-target': ['check-repository', 'check-compartment'],
  sign: ['check-key'],
}

const checkInputs = [
  'check-for',
  'check-repository',
  'check-namespace',
  'check-compartment',
  'check-key',
  'check-group',
  'check-environment',
] as const satisfies readonly (keyof Inputs)[]

type Environment = Readonly<Record<string, string | undefined>>

/** What does not go together in the inputs of the check. */
export function checkProblems(
  values: Partial<Inputs>,
  environment: Environment,
): readonly InputProblem[] {
  if (values.check !== true) {
    return checkInputs
      .filter((input) => values[input] !== undefined)
      .map((input) => ({ input, problem: 'is only used with "check: true"' }))
  }
  return [...contradictions(values), ...missingParts(values), ...foreignHosts(values, environment)]
}

function contradictions(values: Partial<Inputs>): readonly InputProblem[] {
  return [
    ...(values['registry-login'] === true
      ? [
          {
            input: 'registry-login',
            got: 'true',
            problem: 'is not used with "check: true", which leaves no login behind',
          },
        ]
      : []),
    ...(values['check-namespace'] !== undefined && values.cluster === undefined
      ? [{ input: 'check-namespace', problem: 'needs "cluster", the OCID of its cluster' }]
      : []),
  ]
}

function missingParts(values: Partial<Inputs>): readonly InputProblem[] {
  return (values['check-for'] ?? []).flatMap((purpose) =>
    neededInputs[purpose]
      .filter((input) => values[input] === undefined)
      .map((input) => ({ input: 'check-for', got: purpose, problem: `needs "${input}"` })),
  )
}

function foreignHosts(values: Partial<Inputs>, environment: Environment): readonly InputProblem[] {
  if (values['oci-region'] !== undefined) return []
  return (values['check-repository'] ?? [])
    .filter(({ host }) => regionOfRegistryHost(host, environment) === undefined)
    .map(({ host }) => ({
      input: 'check-repository',
      got: host,
      problem: 'expected a host of OCIR, such as iad.ocir.io',
    }))
}
