import * as v from 'valibot'
import { findingOf } from '../finding.ts'
import type { AffectedPackage, Finding } from '../finding.ts'
import { packageTypeOf } from '../package-type.ts'
import { anyList, checked } from './envelope.ts'
import { digestsIn } from './image-binding.ts'
import {
  Malformed,
  eachOf,
  firstOf,
  isList,
  isObject,
  optionalBoolean,
  optionalDate,
  optionalList,
  optionalNumber,
  optionalObject,
  optionalText,
  optionalTexts,
  textAt,
} from './json-value.ts'
import type { JsonObject } from './json-value.ts'
import type { ReadContent, ReportReader } from './report-reader.ts'
import { plainWords, severityOf } from './severity-words.ts'

const envelope = v.object({
  vulnerabilities: anyList,
  ok: v.boolean(),
  dependencyCount: v.optional(v.number()),
  packageManager: v.optional(v.string(), 'generic'),
  path: v.optional(v.string(), ''),
  displayTargetFile: v.optional(v.string()),
  applications: v.optional(anyList, () => []),
  filtered: v.optional(v.object({ ignore: v.nullish(anyList, []) })),
})

/** Reads Snyk's JSON (`snyk container test --json`): one project, or a list of them. */
export const snykReader: ReportReader = {
  format: 'snyk',
  title: 'Snyk',
  recognises: (document) => {
    const first = isList(document) ? firstOf(document) : document
    return (
      isObject(first) &&
      'ok' in first &&
      ('vulnerabilities' in first || 'packageManager' in first || 'dependencyCount' in first)
    )
  },
  read: readSnyk,
}

function readSnyk(document: unknown): ReadContent {
  const list = isList(document) ? document : [document]
  if (list.length === 0) throw new Malformed('', 'is an empty list: no project was tested')
  const projects = eachOf(list, 'projects', readProject)
  const counts = projects.map(({ packageCount }) => packageCount)
  return {
    identity: {
      manifests: [...new Set(projects.flatMap(({ digests }) => digests))],
      configuration: undefined,
      diffIds: [],
    },
    scanner: { name: 'snyk', version: 'unknown' },
    packageCount: counts.includes(undefined)
      ? undefined
      : counts.reduce<number>((sum, count) => sum + (count ?? 0), 0),
    findings: projects.flatMap(({ findings }) => findings),
    ignoredCount: projects.reduce((sum, { ignoredCount }) => sum + ignoredCount, 0),
  }
}

interface Project {
  readonly findings: readonly Finding[]
  readonly digests: readonly string[]
  readonly packageCount: number | undefined
  readonly ignoredCount: number
}

const parts = new Set([
  ...['vulnerabilities', 'applications', 'filtered', 'docker', 'remediation', 'meta'],
  ...['licensesPolicy', 'ignoreSettings'],
])

function readProject(object: JsonObject): Project {
  const project = checked(envelope, object, parts)
  const own = eachOf(project.vulnerabilities, 'vulnerabilities', (one) =>
    vulnerabilityIn(one, { type: project.packageManager, path: project.displayTargetFile }),
  )
  // Snyk says "ok: false" where it found something: one of the two was lost.
  if (!project.ok && own.length === 0 && project.applications.length === 0) {
    throw new Malformed('ok', 'is false, and there are no vulnerabilities')
  }
  const applications = eachOf(project.applications, 'applications', readProject)
  return {
    findings: [...own, ...applications.flatMap(({ findings }) => findings)],
    digests: digestsIn([project.path]),
    packageCount: project.dependencyCount,
    ignoredCount: project.filtered?.ignore.length ?? 0,
  }
}

interface ProjectType {
  readonly type: string
  readonly path: string | undefined
}

function vulnerabilityIn(object: JsonObject, project: ProjectType): Finding {
  const identifiers = optionalObject(object, 'identifiers') ?? {}
  const fixedIn = fixesIn(object)
  return findingOf({
    kind: optionalText(object, 'type') === 'license' ? 'licence' : 'vulnerability',
    id: textAt(object, 'id'),
    aliases: [...optionalTexts(identifiers, 'CVE'), ...optionalTexts(identifiers, 'GHSA')],
    title: optionalText(object, 'title'),
    description: optionalText(object, 'description'),
    severity: severityOf(textAt(object, 'severity'), plainWords, 'severity'),
    ratings: [
      {
        source: 'snyk',
        severity: severityOf(textAt(object, 'severity'), plainWords, 'severity'),
        score: optionalNumber(object, 'cvssScore'),
        vector: optionalText(object, 'CVSSv3'),
      },
    ],
    package: packageIn(object, project),
    isFixed: fixedIn.length > 0 || optionalBoolean(object, 'isUpgradable') === true,
    fixedIn,
    publishedAt: optionalDate(object, 'publicationTime'),
    epss: epssIn(object),
    url: `https://security.snyk.io/vuln/${encodeURIComponent(textAt(object, 'id'))}`,
    references: eachOf(optionalList(object, 'references'), 'references', (one) =>
      textAt(one, 'url'),
    ),
  })
}

function fixesIn(object: JsonObject): readonly string[] {
  const nearest = optionalText(object, 'nearestFixedInVersion')
  const all = [...(nearest === undefined ? [] : [nearest]), ...optionalTexts(object, 'fixedIn')]
  return [...new Set(all)]
}

/** Of a distribution's package, the name is `source/binary`; of others it may have a slash itself. */
function packageIn(object: JsonObject, project: ProjectType): AffectedPackage {
  const [manager = ''] = (optionalText(object, 'packageManager') ?? project.type).split(':')
  const type = packageTypeOf(manager)
  const name = optionalText(object, 'name') ?? textAt(object, 'packageName')
  const isOfDistribution = ['deb', 'rpm', 'apk'].includes(type)
  return {
    name: isOfDistribution ? name.slice(name.lastIndexOf('/') + 1) : name,
    version: textAt(object, 'version'),
    type,
    purl: undefined,
    path: project.path,
  }
}

/** Snyk writes these numbers as texts. */
function epssIn(object: JsonObject): Finding['epss'] {
  const details = optionalObject(object, 'epssDetails')
  if (details === undefined) return undefined
  const probability = Number(details.probability)
  const percentile = Number(details.percentile)
  if (!Number.isFinite(probability)) return undefined
  return { probability, percentile: Number.isFinite(percentile) ? percentile : undefined }
}
