import { formatDate } from './date-format.ts'
import { branchOf, gitTagOf, isDefaultBranch } from './tag-context.ts'
import type { TagContext } from './tag-context.ts'
import { renderTemplate } from './template.ts'
import type { Expression, Template } from './template.ts'

/** Digits of a commit that are enough to know it by; docker/metadata-action gives as many. */
const shortShaDigits = 7

/** The first digits of a commit. */
export function shortSha(sha: string): string {
  return sha.slice(0, shortShaDigits)
}

type Values = Readonly<Record<string, (context: TagContext, expression: Expression) => string>>

const dates: Values = {
  date: ({ now }, { format, timezone }) => formatDate(now, format, timezone),
  commit_date: ({ commitDate }, { format, timezone }) => formatDate(commitDate, format, timezone),
}

const values: Values = {
  branch: (context) => branchOf(context) ?? '',
  tag: (context) => gitTagOf(context) ?? '',
  sha: ({ sha }) => shortSha(sha ?? ''),
  base_ref: ({ baseBranch }) => baseBranch ?? '',
  is_default_branch: (context) => String(isDefaultBranch(context)),
  is_not_default_branch: (context) => String(!isDefaultBranch(context)),
  ...dates,
}

/** The expressions that may be used in every value. */
export const globalExpressions: readonly string[] = Object.keys(values)

/** The expressions that write dates. */
export const dateExpressions: readonly string[] = Object.keys(dates)

/** The text of a template of global expressions. */
export function renderGlobal(template: Template, context: TagContext): string {
  return renderTemplate(
    template,
    (expression) => values[expression.name]?.(context, expression) ?? '',
  )
}
