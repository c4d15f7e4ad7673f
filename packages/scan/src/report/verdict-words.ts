import type { Judgement } from '../gate/judgement.ts'
import type { Advice } from './advice.ts'
import { severityWords } from './advice.ts'
import { countOf } from './describe.ts'
import { plainLine } from './foreign-text.ts'

/** The verdict in a few words: `Scan gate closed by 3 findings`. */
export function verdictTitle({ verdict, blocking, policy }: Judgement): string {
  if (verdict === 'pass') return 'Scan gate open'
  const by = `by ${countOf(blocking.length, 'finding', 'findings')}`
  if (policy.mode === 'enforce') return `Scan gate closed ${by}`
  return `Scan gate would be closed ${by}, and let the image through (mode: ${policy.mode})`
}

/** What becomes of everything that was found, in one sentence. */
export function outcomeSentence({ findings, outcomes }: Judgement): string {
  if (findings.length === 0) return 'Nothing was found.'
  const parts = [
    [outcomes.blocks, 'closing the gate'],
    [outcomes['in-grace'], 'with time left'],
    [outcomes['not-new'], 'not new'],
    [outcomes.waived, 'waived'],
    [outcomes.excluded, 'excluded by VEX'],
    [outcomes['below-policy'], 'below the policy'],
  ] as const
  const words = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  return `${countOf(findings.length, 'finding', 'findings')}: ${words.join(', ')}.`
}

/** A piece of advice: what to do, to what, and what for. */
export interface AdviceWords {
  readonly act: string
  readonly subject: string
  readonly effect: string
}

/** A piece of advice in words. */
export function adviceWords(advice: Advice, baseImage: string | undefined): AdviceWords {
  const effect = `fixes ${advice.findings.length.toFixed(0)} (${severityWords(advice.findings)})`
  const count = countOf(advice.findings.length, 'finding', 'findings')
  switch (advice.action) {
    case 'update-base':
      return { act: 'Update the base image', subject: plainLine(baseImage ?? ''), effect }
    case 'upgrade':
      return { act: 'Upgrade', subject: upgradeOf(advice), effect }
    case 'remove-secret':
      return {
        act: 'Remove the secret, and revoke it, in',
        subject: plainLine(advice.path),
        effect: count,
      }
    case 'correct':
      return { act: 'Correct the settings in', subject: plainLine(advice.path), effect }
    case 'replace':
      return { act: 'Replace, for its licence,', subject: plainLine(advice.name, 120), effect }
    case 'no-fix':
      return {
        act: 'Remove the packages, or waive for a time, what has no fix yet',
        subject: '',
        effect: `${count} (${severityWords(advice.findings)})`,
      }
  }
}

function upgradeOf(advice: Advice & { readonly action: 'upgrade' }): string {
  const to = advice.to === undefined ? 'a fixed version' : plainLine(advice.to, 80)
  return `${plainLine(`${advice.name} ${advice.from}`, 120)} to ${to}`
}

/** A day, as waivers give it. */
export function dayOf(date: Date | undefined): string {
  return date === undefined ? 'never' : date.toISOString().slice(0, 10)
}
