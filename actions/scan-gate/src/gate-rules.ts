import { ConfigurationError, ReportedError } from '@oke-pipeline/core'
import type { Clock, Files } from '@oke-pipeline/core'
import {
  checkWaivers,
  defaultGatePolicy,
  parseGatePolicy,
  parseWaivers,
  readVex,
  simpleGatePolicy,
} from '@oke-pipeline/scan'
import type { GatePolicy, VexDocument, WaiversFile } from '@oke-pipeline/scan'
import type { Inputs } from './declaration.ts'

/** What findings are held against, as files and inputs say it. */
export interface GateRules {
  readonly policy: GatePolicy
  readonly waivers: readonly WaiversFile[]
  readonly vex: readonly VexDocument[]
}

/** What reading rules needs. */
export interface RulePorts {
  readonly files: Files
  readonly clock: Clock
}

/** A file of rules that cannot be used. */
export interface RuleProblem {
  readonly input: 'policy' | 'waivers' | 'vex'
  readonly file: string
  readonly error: ReportedError
}

/** The rules, or all that is wrong with their files. */
export type RuleReading =
  | { readonly rules: GateRules; readonly problems: readonly [] }
  | { readonly rules: undefined; readonly problems: readonly RuleProblem[] }

/** Reads policy, waivers and VEX documents; every file is read, whatever is wrong with another. */
export async function readRules(
  inputs: Partial<Inputs>,
  { files, clock }: RulePorts,
): Promise<RuleReading> {
  const problems: RuleProblem[] = []
  const read = async <T>(
    input: RuleProblem['input'],
    names: readonly string[],
    parse: (text: string, file: string) => T,
  ): Promise<readonly T[]> => {
    const results: T[] = []
    for (const file of names) {
      try {
        results.push(parse(await files.readText(file), file))
      } catch (error) {
        if (!(error instanceof ReportedError)) throw error
        problems.push({ input, file, error })
      }
    }
    return results
  }
  const [filed] = await read('policy', listOf(inputs.policy), parseGatePolicy)
  const policy = policyOf(inputs, filed)
  const waivers = await read('waivers', inputs.waivers ?? [], (text, file) => {
    const waiversFile = parseWaivers(text, file)
    checkWaivers(waiversFile.waivers, policy.waivers, clock.now())
    return waiversFile
  })
  const vex = await read('vex', inputs.vex ?? [], (text, name) =>
    readVex(text, { kind: 'file', name }),
  )
  if (problems.length > 0) return { rules: undefined, problems }
  return { rules: { policy, waivers, vex }, problems: [] }
}

function listOf(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value]
}

function policyOf(inputs: Partial<Inputs>, filed: GatePolicy | undefined): GatePolicy {
  const policy = filed ?? simplePolicyOf(inputs)
  return { ...policy, mode: inputs.mode ?? policy.mode }
}

function simplePolicyOf(inputs: Partial<Inputs>): GatePolicy {
  const cutoff = inputs['severity-cutoff']
  const onlyFixed = inputs['only-fixed']
  const failOnUnknown = inputs['fail-on-unknown']
  if (cutoff === undefined && onlyFixed === undefined && failOnUnknown === undefined) {
    return defaultGatePolicy
  }
  return simpleGatePolicy({
    cutoff: cutoff ?? 'high',
    onlyFixed: onlyFixed ?? true,
    failOnUnknown: failOnUnknown ?? true,
  })
}

/** One error for all files of rules; that of the only one keeps its place. */
export function rulesError(problems: readonly RuleProblem[]): ReportedError {
  const [first, ...others] = problems
  if (first !== undefined && others.length === 0) return first.error
  return new ConfigurationError({
    title: `${problems.length} files of rules are not usable`,
    explanation: problems
      .map(({ file, error }) => `\n${file}: ${error.title}: ${error.explanation}`)
      .join(''),
    remedy: '\nCorrect them. Nothing has been scanned yet.',
    ...(first?.error.place === undefined ? {} : { place: first.error.place }),
  })
}
