import { ConfigurationError, GateError } from '@oke-pipeline/core'
import type { Files, InputProblem } from '@oke-pipeline/core'
import { parsePlan, planDrift, planHash } from '@oke-pipeline/kubernetes'
import type { Plan } from '@oke-pipeline/kubernetes'
import type { Inputs } from '../declaration.ts'

/** What a deployment is held to; nothing where no plan was approved. */
export interface Approval {
  readonly plan: Plan | undefined
  readonly hash: string | undefined
}

/** What was approved by the inputs, and what is wrong with them. */
export interface ApprovalReading {
  readonly approval: Approval
  readonly problems: readonly InputProblem[]
}

const none: Approval = { plan: undefined, hash: undefined }

/** Reads what a deployment is held to. */
export async function readApproval(
  inputs: Partial<Inputs>,
  files: Pick<Files, 'readText'>,
): Promise<ApprovalReading> {
  const { mode, plan: file, 'plan-hash': hash, comment } = inputs
  if (mode !== 'apply') return { approval: none, problems: withoutMeaning(inputs) }
  const problems: readonly InputProblem[] =
    comment === true
      ? [{ input: 'comment', problem: 'is for "mode: plan": a deployment writes no comment' }]
      : []
  if (file === undefined) return { approval: { plan: undefined, hash }, problems }
  const read = await readPlanFile(file, files)
  if ('problem' in read) return { approval: none, problems: [...problems, read] }
  const approval = { plan: read.plan, hash }
  return { approval, problems: [...problems, ...contradiction(read.plan, hash)] }
}

function withoutMeaning({ mode, 'plan-hash': hash }: Partial<Inputs>): readonly InputProblem[] {
  if (mode === undefined || hash === undefined) return []
  return [{ input: 'plan-hash', got: hash, problem: `has no meaning with "mode: ${mode}"` }]
}

async function readPlanFile(
  file: string,
  files: Pick<Files, 'readText'>,
): Promise<{ readonly plan: Plan } | InputProblem> {
  try {
    return { plan: parsePlan(await files.readText(file), file) }
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return { input: 'plan', got: file, problem: error.message.replace(/\.$/, '') }
  }
}

function contradiction(plan: Plan, hash: string | undefined): readonly InputProblem[] {
  const actual = planHash(plan)
  if (hash === undefined || hash === actual) return []
  const problem = `is not the hash of the plan file, which is ${actual}`
  return [{ input: 'plan-hash', got: hash, problem }]
}

/**
 * Makes sure that what is going to be done is what was approved.
 * @throws {@link GateError} that says what is different.
 */
export function holdToApproval(plan: Plan, approval: Approval): void {
  const hash = planHash(plan)
  const wanted = approval.hash ?? (approval.plan === undefined ? hash : planHash(approval.plan))
  if (hash === wanted) return
  const differences = approval.plan === undefined ? [] : planDrift(approval.plan, plan)
  throw new GateError({
    title: `The plan of "${plan.release}" in the namespace "${plan.namespace}" no longer holds`,
    explanation:
      differences.length === 0
        ? `Approved was ${wanted}; deploying now would be ${hash}.`
        : `Since it was approved:${differences.map((text) => `\n  - ${text}.`).join('')}\n`,
    remedy: 'Nothing has been changed. Make a new plan with "mode: plan", and have it approved.',
  })
}
