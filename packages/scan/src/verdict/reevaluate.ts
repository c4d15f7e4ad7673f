import { GateError } from '@oke-pipeline/core'
import * as v from 'valibot'
import type { JudgeContext } from '../gate/judge-context.ts'
import { judge } from '../gate/judge.ts'
import type { Judgement } from '../gate/judgement.ts'
import { KeptFinding, findingFrom } from './kept-finding.ts'
import { verdictSchema } from './verdict-content.ts'

const timestamp = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.transform((text) => new Date(text)),
)

const digest = v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/))

const KeptVerdict = v.object({
  schema: v.literal(verdictSchema),
  digest,
  scanners: v.pipe(
    v.array(v.object({ name: v.string(), version: v.string() })),
    v.minLength(1, 'No scanner'),
  ),
  platforms: v.array(v.object({ name: v.string(), digest })),
  scan: v.object({ startedAt: timestamp, finishedAt: timestamp }),
  findings: v.array(KeptFinding),
})

/** What a kept verdict is judged by today. */
export interface ReevaluationContext extends Omit<JudgeContext, 'platforms' | 'baseline'> {
  readonly baseline?: JudgeContext['baseline']
  /** How old the scan may be. */
  readonly longestDays: number
}

const dayMilliseconds = 86_400_000

/**
 * Today's verdict on the findings of a kept one, by today's policy, waivers and VEX. What has
 * become known since the scan is not in it, and a warning says so.
 * @throws {@link GateError} for a verdict that is not whole, of another image, or too old.
 */
export function reevaluate(content: unknown, context: ReevaluationContext): Judgement {
  const kept = keptVerdict(content)
  if (kept.digest !== context.digest) {
    throw new GateError({
      title: `The scan verdict is not about ${context.digest}`,
      explanation: `It is about ${kept.digest}.`,
      remedy: 'Scan this image with scan-gate.',
    })
  }
  const { finishedAt } = kept.scan
  checkAge(finishedAt, context)
  const judgement = judge(kept.findings.map(findingFrom), {
    ...context,
    baseline: context.baseline,
    platforms: kept.platforms,
  })
  const warning = `Judged by a scan of ${finishedAt.toISOString()}: what has become known since is not in it.`
  return { ...judgement, warnings: [warning, ...judgement.warnings] }
}

function keptVerdict(content: unknown): v.InferOutput<typeof KeptVerdict> {
  const parsed = v.safeParse(KeptVerdict, content)
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  throw new GateError({
    title: 'The scan verdict is not usable',
    explanation: `It is not as "${verdictSchema}" has it: ${v.getDotPath(issue) ?? 'all of it'}: ${issue.message}.`,
    remedy: 'Scan the image with scan-gate of this release.',
  })
}

/** A scan from the future has a wrong clock somewhere: its age says nothing. */
function checkAge(finishedAt: Date, { now, longestDays }: ReevaluationContext): void {
  const days = (now.getTime() - finishedAt.getTime()) / dayMilliseconds
  if (days <= longestDays && days > -1) return
  throw new GateError({
    title: 'The scan verdict is too old',
    explanation: `The scan was made at ${finishedAt.toISOString()}; at most ${longestDays} days before ${now.toISOString()} are allowed.`,
    remedy: 'Scan the image again with scan-gate.',
  })
}
