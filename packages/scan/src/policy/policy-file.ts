import * as v from 'valibot'
import { severities } from '../finding.ts'
import type { Severity } from '../finding.ts'
import { gateModes, waiverFacts } from './gate-policy.ts'

/** The first line of every policy: which grammar the rest follows. */
export const gatePolicySchema = 'oke-pipeline/gate-policy/v1'

const rated = v.picklist(
  ['critical', 'high', 'medium', 'low', 'negligible'],
  'critical, high, medium, low or negligible',
)

const flag = v.boolean('true or false')

function wholeNumber(from: number, to: number) {
  const expects = `a whole number from ${from} to ${to}`
  return v.pipe(
    v.number(expects),
    v.integer(expects),
    v.minValue(from, expects),
    v.maxValue(to, expects),
  )
}

const days = wholeNumber(0, 3650)

function textsOf(expects: string) {
  return v.array(
    v.pipe(v.string(expects), v.regex(/^[^\u0000-\u001f\u007f]+$/, expects)),
    `a list: ${expects} each`,
  )
}

function bySeverity<Value extends v.GenericSchema<number>>(value: Value) {
  return v.strictObject(
    v.entriesFromList<readonly Severity[], v.OptionalSchema<Value, undefined>>(
      severities,
      v.optional(value),
    ),
    'numbers by severity',
  )
}

const grace = v.pipe(
  v.strictObject(
    {
      since: v.pipe(
        v.optional(v.picklist(['published', 'fixed'], 'published or fixed'), 'fixed'),
        v.description('What the days are counted from: the publication, or the fix.'),
      ),
      days: v.pipe(bySeverity(days), v.description('Days by severity.')),
    },
    'a grace period: "since" and "days"',
  ),
  v.description('For how long such a vulnerability may wait for its update.'),
)

/** The conditions of one rule. */
export const ruleSchema = v.strictObject(
  {
    severity: v.pipe(v.optional(rated), v.description('The least severity.')),
    unrated: v.pipe(
      v.optional(flag),
      v.description('Whether one that nobody has rated counts as that severe; true by default.'),
    ),
    fixable: v.pipe(v.optional(flag), v.description('Only where a fix is published.')),
    epss: v.pipe(
      v.optional(
        v.pipe(
          v.number('a probability from 0 to 1'),
          v.minValue(0, 'a probability from 0 to 1'),
          v.maxValue(1, 'a probability from 0 to 1'),
        ),
      ),
      v.description('The least EPSS probability.'),
    ),
    'known-exploited': v.pipe(
      v.optional(flag),
      v.description('Only what CISA lists as exploited (KEV).'),
    ),
    'package-types': v.pipe(
      v.optional(textsOf('a type of packages such as npm or deb')),
      v.description('Only in packages of these types.'),
    ),
    grace: v.optional(grace),
  },
  'a rule with its conditions',
)

/** Licences by SPDX identifier. */
export const licencesSchema = v.pipe(
  v.strictObject(
    {
      allowed: v.optional(textsOf('an SPDX identifier')),
      denied: v.optional(textsOf('an SPDX identifier')),
    },
    'licences: "allowed" and "denied"',
  ),
  v.description('Licences that close the gate: all but the allowed ones, or the denied ones.'),
)

/** How many there may be. */
export const limitsSchema = v.pipe(
  bySeverity(wholeNumber(0, 1_000_000)),
  v.description('How many open vulnerabilities of a severity there may be.'),
)

/** What is asked of waivers. */
export const waiverRuleSchema = v.pipe(
  v.strictObject(
    {
      'longest-days': v.pipe(
        v.optional(wholeNumber(1, 3650)),
        v.description('How far ahead a waiver may expire; 365 by default.'),
      ),
      'soon-days': v.pipe(
        v.optional(days),
        v.description('From how many days before its expiry a waiver is warned of; 14 by default.'),
      ),
      require: v.pipe(
        v.optional(v.array(v.picklist(waiverFacts, 'expiry, owner or reason'), 'a list of facts')),
        v.description('What waivers of other tools’ files must say, too, to count.'),
      ),
    },
    'what is asked of waivers',
  ),
  v.description('What is asked of waivers.'),
)

const vexRule = v.pipe(
  v.strictObject(
    {
      'trusted-authors': v.pipe(
        v.optional(textsOf('an author or signer')),
        v.description('Authors of files and signers of referrers, exactly as they are written.'),
      ),
      'allow-unsigned': v.pipe(
        v.optional(flag),
        v.description('Whether unsigned referrers are believed by what they say of their author.'),
      ),
    },
    'what is asked of VEX documents',
  ),
  v.description('Whose VEX statements count.'),
)

const baselineRule = v.pipe(
  v.strictObject(
    {
      gate: v.pipe(
        v.optional(v.picklist(['new', 'all'], 'new or all')),
        v.description('Whether only new findings close the gate, or all.'),
      ),
      unusable: v.pipe(
        v.optional(v.picklist(['all-new', 'refuse'], 'all-new or refuse')),
        v.description('What an unusable baseline means: everything is new, or no verdict.'),
      ),
    },
    'what a baseline does',
  ),
  v.description('What a baseline does, where there is one.'),
)

/** The grammar of the policy file; schema/gate-policy.schema.json says the same. */
export const GatePolicyFile = v.pipe(
  v.strictObject(
    {
      schema: v.pipe(
        v.literal(gatePolicySchema, gatePolicySchema),
        v.description('Version of this format.'),
      ),
      mode: v.pipe(
        v.optional(v.picklist(gateModes, 'enforce, warn or continue')),
        v.description('What a failing verdict does to the step; `enforce` by default.'),
      ),
      vulnerabilities: v.pipe(
        v.optional(v.array(ruleSchema, 'a list of rules')),
        v.description(
          'A vulnerability closes the gate when it fulfils every condition of one of these rules.',
        ),
      ),
      secrets: v.pipe(
        v.optional(flag),
        v.description('Whether a secret closes the gate; true by default.'),
      ),
      misconfigurations: v.pipe(
        v.optional(rated),
        v.description('The least severity of a misconfiguration that closes the gate.'),
      ),
      licences: v.optional(licencesSchema),
      limits: v.optional(limitsSchema),
      waivers: v.optional(waiverRuleSchema),
      vex: v.optional(vexRule),
      baseline: v.optional(baselineRule),
    },
    'a policy: a mapping that starts with "schema"',
  ),
  v.title('Gate policy of oke-pipeline'),
  v.description('What closes the scan gate, and what may excuse a finding.'),
)

/** A policy as it is written. */
export type GatePolicyText = v.InferOutput<typeof GatePolicyFile>
