import { parseYaml } from '@oke-pipeline/core'
import * as v from 'valibot'
import { fixStates } from '../finding.ts'
import type { FixState } from '../finding.ts'
import { packageTypeOf } from '../package-type.ts'
import type { WaiverFact } from '../policy/gate-policy.ts'
import type { WaivedPackage, Waiver, WaiverOrigin, WaiversFile } from './waiver.ts'

const text = v.optional(v.nullable(v.string('text')))

const rulePackage = v.strictObject(
  {
    name: text,
    version: v.optional(v.nullable(v.string('a version, in quotes'))),
    language: text,
    type: text,
    location: text,
    'upstream-name': text,
  },
  'a package',
)

const rule = v.strictObject(
  {
    vulnerability: text,
    'include-aliases': v.optional(v.boolean('true or false')),
    reason: text,
    namespace: text,
    'fix-state': text,
    package: v.optional(v.nullable(rulePackage)),
    'vex-status': text,
    'vex-justification': text,
    'match-type': text,
  },
  'a rule',
)

/** The rest of Grype's configuration is Grype's own. */
const Configuration = v.looseObject(
  { ignore: v.optional(v.nullable(v.array(rule, 'a list of rules'))) },
  'Grype’s configuration',
)

type Rule = v.InferOutput<typeof rule>

/**
 * Reads the ignore rules in Grype's configuration. A rule by something that findings do not keep
 * (a namespace, an upstream name…) waives nothing, and a note says so.
 * @throws {@link ConfigurationError} that lists all problems with their places.
 */
export function parseGrypeIgnore(content: string, file: string): WaiversFile {
  const about = { file, title: 'Configuration of Grype', describedBy: 'Grype’s documentation' }
  const yaml = parseYaml(Configuration, content, about)
  const rules = (yaml.data.ignore ?? []).map((given, index) => {
    const origin: WaiverOrigin = {
      file,
      line: yaml.positionOf(['ignore', index]).line,
      format: 'grype',
    }
    return { given, origin, obstacle: obstacleOf(given) }
  })
  return {
    file,
    format: 'grype',
    waivers: rules.flatMap(({ given, origin, obstacle }) =>
      obstacle === undefined ? [waiverOf(given, origin)] : [],
    ),
    notes: rules.flatMap(({ origin, obstacle }) =>
      obstacle === undefined ? [] : [`Line ${origin.line} waives nothing: ${obstacle}.`],
    ),
  }
}

/** Why a rule cannot be followed as Grype would. */
function obstacleOf(given: Rule): string | undefined {
  const found = given.package ?? {}
  const unknown = [
    ...(['namespace', 'match-type', 'vex-status', 'vex-justification'] as const).filter((key) =>
      isGiven(given[key]),
    ),
    ...(['language', 'upstream-name'] as const)
      .filter((key) => isGiven(found[key]))
      .map((key) => `package.${key}`),
  ]
  if (unknown.length > 0) return `findings do not keep what ${unknown.join(', ')} asks for`
  const state = given['fix-state']
  if (isGiven(state) && fixStateOf(state) === undefined) return `fix-state "${state}" is none`
  return hasCondition(given) ? undefined : 'it has no condition'
}

function fixStateOf(word: string | null | undefined): FixState | undefined {
  return fixStates.find((state) => state === word)
}

function isGiven(value: string | null | undefined): value is string {
  return value !== undefined && value !== null && value !== ''
}

function hasCondition(given: Rule): boolean {
  const { name, version, type, location } = given.package ?? {}
  return [given.vulnerability, given['fix-state'], name, version, type, location].some(isGiven)
}

function waiverOf(given: Rule, origin: WaiverOrigin): Waiver {
  const { vulnerability, reason } = given
  const location = given.package?.location
  return {
    ids: isGiven(vulnerability) ? [vulnerability] : [],
    matchesAliases: given['include-aliases'] ?? false,
    kinds: ['vulnerability'],
    package: packageOf(given.package ?? {}),
    fixState: fixStateOf(given['fix-state']),
    reason: isGiven(reason) ? reason : undefined,
    owner: undefined,
    expires: undefined,
    scope: { digests: [], paths: isGiven(location) ? [location] : [], platforms: [] },
    origin,
    lacks: lacksOf(reason),
  }
}

function lacksOf(reason: Rule['reason']): readonly WaiverFact[] {
  return isGiven(reason) ? ['expiry', 'owner'] : ['expiry', 'owner', 'reason']
}

function packageOf({
  name,
  version,
  type,
}: v.InferOutput<typeof rulePackage>): WaivedPackage | undefined {
  if (![name, version, type].some(isGiven)) return undefined
  const pattern = isGiven(name) ? patternOf(name) : undefined
  return {
    name: isGiven(name) && pattern === undefined ? name : undefined,
    namePattern: pattern,
    version: isGiven(version) ? version : undefined,
    type: isGiven(type) ? packageTypeOf(type) : undefined,
    purls: [],
  }
}

/** What Grype takes for a regular expression; one that is none matches nothing, as there. */
function patternOf(name: string): RegExp | undefined {
  if (!/[\^$*+?[\](){}|\\]/.test(name)) return undefined
  try {
    return new RegExp(`^(?:${name})$`, 'u')
  } catch {
    return /(?!)/
  }
}
