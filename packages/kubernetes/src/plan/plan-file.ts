import { ConfigurationError } from '@oke-pipeline/core'
import * as v from 'valibot'
import { planSchema } from './plan-document.ts'
import type { Plan } from './plan-document.ts'

/** The text of a plan file. */
export function formatPlan(plan: Plan): string {
  return `${JSON.stringify(plan, undefined, 2)}\n`
}

/**
 * Reads a plan file.
 * @throws {@link ConfigurationError} when it is none.
 */
export function parsePlan(text: string, file: string): Plan {
  const parsed = v.safeParse(planSchema, dataOf(text))
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  throw new ConfigurationError({
    title: `"${file}" is not a plan of deploy-oke`,
    explanation: `${issue.message}${placeOf(issue)}.`,
    remedy: 'Give as "plan" the output "plan" of a step with "mode: plan" of the same version.',
  })
}

function dataOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function placeOf(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue)
  return path === null ? '' : ` at "${path}"`
}
