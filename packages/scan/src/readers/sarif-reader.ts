import * as v from 'valibot'
import { findingOf, severities } from '../finding.ts'
import type { AffectedPackage, Finding, FindingKind, Severity } from '../finding.ts'
import { packageTypeOf } from '../package-type.ts'
import { anyList, checked, requireVersion } from './envelope.ts'
import { digestsIn } from './image-binding.ts'
import type { CarriedIdentity } from './image-binding.ts'
import {
  Malformed,
  asObject,
  eachOf,
  isList,
  isObject,
  listAt,
  objectAt,
  optionalList,
  optionalNumber,
  optionalObject,
  optionalText,
  optionalTexts,
  refuseUnknownParts,
  textAt,
} from './json-value.ts'
import type { JsonObject } from './json-value.ts'
import { packageOfPurl } from './package-url.ts'
import type { ReadContent, ReportReader } from './report-reader.ts'
import { severityOfScore } from './severity-words.ts'
import { vulnerabilityIdIn } from './vulnerability-ids.ts'

const envelope = v.object({ runs: anyList })

/** Reads SARIF 2.1.0, of whatever tool. */
export const sarifReader: ReportReader = {
  format: 'sarif',
  title: 'SARIF',
  recognises: (document) => isObject(document) && isList(document.runs),
  read: (document) => readSarif(asObject(document)),
}

const parts = new Set(['runs', 'inlineExternalProperties', 'properties'])

function readSarif(document: JsonObject): ReadContent {
  requireVersion(document, 'version', ['2.1.0'])
  const report = checked(envelope, document, parts)
  const [first, ...others] = eachOf(report.runs, 'runs', readRun)
  if (first === undefined) throw new Malformed('runs', 'is empty: no tool ran')
  const runs = [first, ...others]
  const suppressed = runs.reduce((sum, run) => sum + run.suppressedCount, 0)
  return {
    identity: identityOf(runs),
    scanner: first.scanner,
    findings: runs.flatMap(({ findings }) => findings),
    alerts: [
      ...others.map(({ scanner }) => `It has findings of ${scanner.name} ${scanner.version} too`),
      ...(suppressed === 0
        ? []
        : [`${suppressed} of its results are marked as suppressed, and are judged all the same`]),
    ],
  }
}

interface RunContent {
  readonly scanner: { readonly name: string; readonly version: string }
  readonly identity: CarriedIdentity
  readonly findings: readonly Finding[]
  readonly suppressedCount: number
}

const runParts = new Set([
  ...[
    'tool',
    'results',
    'invocations',
    'columnKind',
    'properties',
    'artifacts',
    'automationDetails',
  ],
  ...[
    'originalUriBaseIds',
    'conversion',
    'versionControlProvenance',
    'logicalLocations',
    'taxonomies',
  ],
  ...['redactionTokens', 'newlineSequences', 'policies', 'runAggregates', 'threadFlowLocations'],
  ...['translations', 'specialLocations', 'graphs', 'addresses', 'webRequests', 'webResponses'],
])

function readRun(run: JsonObject): RunContent {
  // Results kept in other files would not be judged.
  refuseUnknownParts(run, runParts)
  refuseFailures(run)
  const driver = objectAt(objectAt(run, 'tool'), 'driver')
  const rules = rulesOf(driver)
  const found = eachOf(listAt(run, 'results'), 'results', (result) => ({
    finding: readResult(result, rules),
    isSuppressed: optionalList(result, 'suppressions').length > 0,
  }))
  return {
    scanner: {
      name: textAt(driver, 'name'),
      version:
        optionalText(driver, 'semanticVersion') ?? optionalText(driver, 'version') ?? 'unknown',
    },
    identity: runIdentity(optionalObject(run, 'properties') ?? {}),
    findings: found.flatMap(({ finding }) => finding ?? []),
    suppressedCount: found.filter(({ isSuppressed }) => isSuppressed).length,
  }
}

/** A run that failed half-way lists what it had found until then. */
function refuseFailures(run: JsonObject): void {
  eachOf(optionalList(run, 'invocations'), 'invocations', (invocation) => {
    if (invocation.executionSuccessful === true) return
    throw new Malformed('executionSuccessful', 'is not true: the tool did not finish')
  })
}

/** What Trivy writes; SARIF itself has no place for the identity of an image. */
function runIdentity(properties: JsonObject): CarriedIdentity {
  const [configuration] = digestsIn([optionalText(properties, 'imageID') ?? ''])
  return {
    manifests: digestsIn(optionalTexts(properties, 'repoDigests')),
    configuration,
    diffIds: [],
  }
}

function identityOf(runs: readonly RunContent[]): CarriedIdentity {
  return {
    manifests: runs.flatMap(({ identity }) => identity.manifests),
    configuration: runs.find(({ identity }) => identity.configuration !== undefined)?.identity
      .configuration,
    diffIds: [],
  }
}

type Rules = ReadonlyMap<string | number, JsonObject>

function rulesOf(driver: JsonObject): Rules {
  const rules = new Map<string | number, JsonObject>()
  eachOf(optionalList(driver, 'rules'), 'tool.driver.rules', (rule, index) => {
    rules.set(textAt(rule, 'id'), rule)
    rules.set(index, rule)
  })
  return rules
}

const failing = new Set(['fail', 'open', 'review'])
const passing = new Set(['pass', 'notApplicable', 'informational'])

function readResult(result: JsonObject, rules: Rules): Finding | undefined {
  const kind = optionalText(result, 'kind') ?? 'fail'
  if (!failing.has(kind) && !passing.has(kind)) throw new Malformed('kind', `has "${kind}"`)
  if (passing.has(kind) || optionalText(result, 'baselineState') === 'absent') return undefined
  const ruleId = ruleIdOf(result, rules)
  const rule = rules.get(ruleId) ?? rules.get(optionalNumber(result, 'ruleIndex') ?? -1) ?? {}
  return findingIn(result, { ruleId, rule })
}

function ruleIdOf(result: JsonObject, rules: Rules): string {
  const reference = optionalObject(result, 'rule') ?? {}
  const id = optionalText(result, 'ruleId') ?? optionalText(reference, 'id')
  if (id !== undefined) return id
  const index = optionalNumber(result, 'ruleIndex') ?? optionalNumber(reference, 'index') ?? -1
  const rule = rules.get(index)
  if (rule === undefined) throw new Malformed('ruleId', 'is missing')
  return textAt(rule, 'id')
}

function findingIn(
  result: JsonObject,
  { ruleId, rule }: { readonly ruleId: string; readonly rule: JsonObject },
): Finding {
  const properties = optionalObject(rule, 'properties') ?? {}
  const tags = optionalTexts(properties, 'tags')
  const message = optionalText(objectAt(result, 'message'), 'text') ?? ''
  const place = placeOf(result)
  const found = vulnerabilityIdIn(ruleId)
  const kind = kindOf(found, tags)
  const fixedIn = fixedVersionIn(message, optionalText(optionalObject(rule, 'help') ?? {}, 'text'))
  return findingOf({
    kind,
    id: found ?? ruleId,
    title: optionalText(optionalObject(rule, 'shortDescription') ?? {}, 'text'),
    description: optionalText(optionalObject(rule, 'fullDescription') ?? {}, 'text') ?? message,
    severity: severityIn(result, rule, tags),
    package:
      kind === 'vulnerability' ? packageIn(message, properties, pathOf(rule, place)) : undefined,
    place: kind === 'vulnerability' ? undefined : place,
    isFixed: fixedIn.length > 0,
    fixedIn,
    url: optionalText(rule, 'helpUri'),
  })
}

function kindOf(vulnerability: string | undefined, tags: readonly string[]): FindingKind {
  if (vulnerability !== undefined || tags.includes('vulnerability')) return 'vulnerability'
  if (tags.includes('secret')) return 'secret'
  return tags.includes('license') ? 'licence' : 'misconfiguration'
}

const levels: Readonly<Record<string, Severity>> = {
  error: 'high',
  warning: 'medium',
  note: 'low',
  none: 'unknown',
}

/** A word among the tags (Trivy) or in the message (Grype), else the score that GitHub goes by, else the level of SARIF. */
function severityIn(result: JsonObject, rule: JsonObject, tags: readonly string[]): Severity {
  const message = optionalText(objectAt(result, 'message'), 'text') ?? ''
  const said = grypeSeverity.exec(message)?.[1]
  const word = severities.find(
    (severity) => severity === said || tags.includes(severity.toUpperCase()),
  )
  if (word !== undefined) return word
  const score = scoreIn(result) ?? scoreIn(rule)
  if (score !== undefined) return severityOfScore(score)
  const standard = optionalText(optionalObject(rule, 'defaultConfiguration') ?? {}, 'level')
  const level = optionalText(result, 'level') ?? standard ?? 'warning'
  const severity = Object.hasOwn(levels, level) ? levels[level] : undefined
  if (severity === undefined) throw new Malformed('level', `has "${level}", which is no level`)
  return severity
}

function scoreIn(object: JsonObject): number | undefined {
  const properties = optionalObject(object, 'properties') ?? {}
  const value = properties['security-severity']
  if (value === undefined) return undefined
  const score = Number(value)
  if (Number.isFinite(score)) return score
  throw new Malformed('properties.security-severity', 'is no number')
}

function placeOf(result: JsonObject): Finding['place'] {
  const [first] = optionalList(result, 'locations')
  if (first === undefined) return undefined
  const location = asObject(first, 'locations[0]')
  const [logical] = optionalList(location, 'logicalLocations')
  const physical = optionalObject(location, 'physicalLocation') ?? {}
  const uri = optionalText(optionalObject(physical, 'artifactLocation') ?? {}, 'uri')
  // Grype puts the image's name before the path; the path alone is the logical location.
  const path = logical === undefined ? uri : (optionalText(asObject(logical), 'name') ?? uri)
  if (path === undefined) return undefined
  return { path, line: optionalNumber(optionalObject(physical, 'region') ?? {}, 'startLine') }
}

/** Where a package of the distribution is, Trivy names the image. */
function pathOf(rule: JsonObject, place: Finding['place']): string | undefined {
  if (place === undefined || optionalText(rule, 'name') === 'OsPackageVulnerability')
    return undefined
  return place.path.startsWith('/') ? place.path : `/${place.path}`
}

const grypeSeverity = /^A ([a-z]+) vulnerability in /
const trivyMessage = /^Package: (?<name>.+)\nInstalled Version: (?<version>.*)$/m
const grypeMessage = / in (?<type>\S+) package: (?<name>[^,]+), version (?<version>\S+) was found /

function packageIn(
  message: string,
  properties: JsonObject,
  path: string | undefined,
): AffectedPackage {
  const [purl] = optionalTexts(properties, 'purls')
  const named = purl === undefined ? undefined : packageOfPurl(purl, path)
  const { name, version, type } =
    (trivyMessage.exec(message) ?? grypeMessage.exec(message))?.groups ?? {}
  if (named !== undefined) return { ...named, version: version ?? named.version }
  return {
    name: name ?? path ?? 'the image',
    version: version ?? '',
    type: packageTypeOf(type ?? 'generic'),
    purl: undefined,
    path,
  }
}

function fixedVersionIn(...texts: readonly (string | undefined)[]): readonly string[] {
  for (const text of texts) {
    const versions = /^Fix(?:ed)? Version: ?(.*)$/m.exec(text ?? '')?.[1] ?? ''
    if (versions.trim() !== '') return versions.split(/,\s*/)
  }
  return []
}
