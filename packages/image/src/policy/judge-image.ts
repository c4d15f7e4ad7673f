import type { Place } from '@oke-pipeline/core'
import { openImage } from './open-image.ts'
import { daysOf } from './quantities.ts'
import { allowedBases, baseAge, fixedTags, pinnedBases } from './rules/bases.ts'
import { allowedPorts, maximumLayers, maximumSize, requiredLabels } from './rules/configuration.ts'
import { noSecrets } from './rules/no-secrets.ts'
import { noSetuid } from './rules/no-setuid.ts'
import { nonRoot } from './rules/non-root.ts'
import type { ImagePolicy, Mode, Rule, RuleName } from './schema.ts'
import type { Finding, OpenedImage, PolicySubject } from './subject.ts'

/** Something about an image that its policy does not allow. */
export interface PolicyViolation {
  readonly rule: RuleName
  readonly mode: Mode
  /** Whole sentences; with the platform, where the image has several and not all are concerned. */
  readonly message: string
  /** What to do about it: whole sentences. */
  readonly remedy: string
  /** The line of the Dockerfile that caused it, as far as it is known. */
  readonly place: Place | undefined
}

/** The findings of one rule about one platform. */
interface Judged {
  readonly rule: RuleName
  readonly platform: string
  readonly findings: readonly Finding[]
}

/**
 * Holds an image to a policy. Every layer is read at most once for each platform, and nothing of
 * it is written.
 * @throws GateError when a layer cannot be read: an image that cannot be judged is not let through.
 */
export async function judgeImage(
  policy: ImagePolicy,
  subject: PolicySubject,
  signal: AbortSignal,
): Promise<readonly PolicyViolation[]> {
  const judged: Judged[] = []
  for (const image of subject.layout.images) {
    const opened = await openImage(policy, subject, image, signal)
    judged.push(...(await judgeOne(policy, subject, opened)))
  }
  return ordered(violationsOf(policy, subject, judged))
}

type Findings = readonly Finding[] | Promise<readonly Finding[]>

type Checks = {
  readonly [Name in RuleName]: (
    rule: Rule<Name>,
    opened: OpenedImage,
    subject: PolicySubject,
  ) => Findings
}

const checks: Checks = {
  'allowed-bases': (rule, _opened, subject) => allowedBases(rule, subject),
  'pinned-bases': (rule, _opened, subject) => pinnedBases(rule, subject),
  'base-age': ({ settings }, opened, subject) =>
    baseAge({ settings: { days: daysOf(settings.maximum) } }, opened, subject),
  'fixed-tags': (rule, _opened, subject) => fixedTags(rule, subject),
  'non-root': nonRoot,
  'maximum-size': maximumSize,
  'maximum-layers': maximumLayers,
  'required-labels': requiredLabels,
  'no-setuid': noSetuid,
  'no-secrets': noSecrets,
  'allowed-ports': allowedPorts,
}

/** The rules that there are, in the order in which they are told of. */
export const ruleNames = Object.keys(checks) as readonly RuleName[]

async function judgeOne(
  policy: ImagePolicy,
  subject: PolicySubject,
  opened: OpenedImage,
): Promise<readonly Judged[]> {
  const { platform } = opened
  const judged: Judged[] = []
  for (const rule of ruleNames) {
    judged.push({ rule, platform, findings: await findingsOf(rule, policy, { opened, subject }) })
  }
  return judged
}

async function findingsOf(
  name: RuleName,
  policy: ImagePolicy,
  { opened, subject }: { readonly opened: OpenedImage; readonly subject: PolicySubject },
): Promise<readonly Finding[]> {
  const rule = policy[name]
  if (rule === undefined) return []
  // The table has for each name the check of that rule, which TypeScript cannot follow.
  const check = checks[name] as (...of: readonly [unknown, OpenedImage, PolicySubject]) => Findings
  return check(rule, opened, subject)
}

/** What all platforms share is told once. */
function violationsOf(
  policy: ImagePolicy,
  { layout, dockerfile }: PolicySubject,
  judged: readonly Judged[],
): readonly PolicyViolation[] {
  const platforms = new Map<
    string,
    { readonly platforms: string[]; readonly violation: PolicyViolation }
  >()
  for (const { rule, platform, findings } of judged) {
    for (const { message, remedy, line } of findings) {
      const place = placeOf(dockerfile?.path, line)
      const violation = { rule, mode: policy[rule]?.mode ?? 'enforce', message, remedy, place }
      const key = `${rule} ${message}`
      platforms.set(key, {
        violation,
        platforms: [...(platforms.get(key)?.platforms ?? []), platform],
      })
    }
  }
  return [...platforms.values()].map((each) =>
    each.platforms.length === layout.images.length
      ? each.violation
      : { ...each.violation, message: `${each.platforms.join(', ')}: ${each.violation.message}` },
  )
}

function placeOf(file: string | undefined, line: number | undefined): Place | undefined {
  if (file === undefined) return undefined
  return line === undefined ? { file } : { file, line }
}

/** What is enforced first, then by rule and line. */
function ordered(violations: readonly PolicyViolation[]): readonly PolicyViolation[] {
  return violations.toSorted(
    (one, other) =>
      one.mode.localeCompare(other.mode) ||
      ruleNames.indexOf(one.rule) - ruleNames.indexOf(other.rule) ||
      (one.place?.line ?? 0) - (other.place?.line ?? 0),
  )
}
