import { severities } from '../finding.ts'
import type { Finding } from '../finding.ts'
import type { Decision, JudgedFinding } from '../gate/judgement.ts'
import { adviceFor } from './advice.ts'
import { fixOf, namesOf, pathOf, subjectOf } from './describe.ts'
import { plainLine, plainText, safeLink } from './foreign-text.ts'
import type { GateReport } from './gate-report.ts'
import { element, list, page } from './html-elements.ts'
import type { Content, Html } from './html-elements.ts'
import { htmlStyle } from './html-style.ts'
import { worstFirst } from './order.ts'
import { adviceWords, dayOf, outcomeSentence, verdictTitle } from './verdict-words.ts'
import { waiverNotes } from './waiver-notes.ts'

/** A browser shows more than this only after a long while. */
const shownFindings = 2000

/**
 * The report as one HTML page: nothing is loaded, nothing is run, and foreign text is only text.
 */
export function renderHtml(report: GateReport): string {
  const { judgement } = report
  const title = verdictTitle(judgement)
  return page(title, htmlStyle, [
    element(
      'header',
      { class: judgement.verdict },
      element('h1', {}, title),
      element('p', {}, element('code', {}, imageOf(report))),
      element('p', {}, outcomeSentence(judgement)),
    ),
    list(
      judgement.warnings.map((warning) => plainLine(warning, 500)),
      { class: 'warnings' },
    ),
    countsPart(report),
    advicePart(report),
    list(waiverNotes(judgement.waivers).map(({ text }) => text)),
    findingsPart(report),
    changePart(report),
    scansPart(report),
  ])
}

function imageOf({ imageName, judgement }: GateReport): string {
  return `${imageName === undefined ? '' : `${plainLine(imageName)}@`}${judgement.digest}`
}

function countsPart({ judgement: { counts, blockingCounts } }: GateReport): Html {
  const items = severities.map((severity) =>
    element(
      'li',
      { class: severity },
      element('strong', {}, counts[severity].toFixed(0)),
      element('span', {}, severity),
      element('small', {}, `${blockingCounts[severity].toFixed(0)} close the gate`),
    ),
  )
  return element('ul', { class: 'counts' }, ...items)
}

function advicePart({ judgement, baseImage }: GateReport): Content {
  const advice = adviceFor(judgement.blocking.map(({ finding }) => finding))
  if (advice.length === 0) return ''
  const items = advice.map((piece) => {
    const { act, subject, effect } = adviceWords(piece, baseImage)
    const what = subject === '' ? '' : element('code', {}, subject)
    return element('span', {}, `${act} `, what, `: ${effect}`)
  })
  return element('section', {}, element('h2', {}, 'What to do'), list(items))
}

function findingsPart({ judgement }: GateReport): Content {
  const all = worstFirst(judgement.findings)
  if (all.length === 0) return ''
  const shown = all.slice(0, shownFindings)
  const more = all.length - shown.length
  const rest = more > 0 ? `… ${more} more, in the JSON and CSV reports.` : ''
  return element(
    'section',
    {},
    element('h2', {}, 'Findings'),
    ...shown.map(findingPart),
    element('p', {}, rest),
  )
}

function findingPart(judged: JudgedFinding): Html {
  const { finding, decision } = judged
  const facts = factsOf(judged).flatMap(([name, value]) => [
    element('dt', {}, name),
    element('dd', {}, value),
  ])
  const description = plainText(finding.description ?? finding.title ?? '', 4000)
  return element(
    'details',
    { class: `finding ${decision.outcome}` },
    element(
      'summary',
      {},
      element('span', { class: `severity ${finding.severity}` }, finding.severity),
      element('span', { class: 'what' }, namesOf(finding)),
      element('span', { class: 'where' }, subjectOf(finding)),
      element('span', { class: 'outcome' }, outcomeWords[decision.outcome]),
    ),
    element('dl', {}, ...facts),
    element('p', { class: 'description' }, description),
    linkPart(finding.url),
  )
}

const outcomeWords: Readonly<Record<Decision['outcome'], string>> = {
  blocks: 'closes the gate',
  waived: 'waived',
  excluded: 'excluded by VEX',
  'in-grace': 'time left',
  'not-new': 'not new',
  'below-policy': 'below the policy',
}

type Fact = readonly [name: string, value: string]

function factsOf({ finding, decision }: JudgedFinding): readonly Fact[] {
  const facts: readonly Fact[] = [
    ['Because', plainLine(decision.reason, 500)],
    ['Fixed in', fixOf(finding)],
    ['Found at', pathOf(finding)],
    ['Layer', layerOf(finding)],
    ['Rated', finding.ratings.map(ratingOf).join('; ')],
    ['EPSS', finding.epss === undefined ? '' : `${(finding.epss.probability * 100).toFixed(1)} %`],
    ['Exploited', finding.isKnownExploited ? 'known to be (CISA)' : ''],
    ['Platforms', plainLine(finding.platforms.join(', '))],
    ['Found by', plainLine(finding.foundBy.join(', '))],
    ...decisionFacts(decision),
  ]
  return facts.filter(([, value]) => value !== '')
}

function decisionFacts(decision: Decision): readonly Fact[] {
  if (decision.outcome === 'in-grace') return [['Until', dayOf(decision.until)]]
  if (decision.outcome !== 'waived') return []
  const { owner, expires, reason, origin } = decision.waiver
  return [
    ['Waived by', plainLine(owner ?? 'nobody')],
    ['Expires', dayOf(expires)],
    ['Reason', plainLine(reason ?? 'none given', 500)],
    ['Waiver', plainLine(`${origin.file}:${origin.line}`)],
  ]
}

function ratingOf({ source, severity, score }: Finding['ratings'][number]): string {
  return plainLine(`${source}: ${severity}${score === undefined ? '' : ` ${score.toFixed(1)}`}`, 60)
}

const origins = { base: 'base image, ', own: 'own, ' } as const

function layerOf({ layer }: Finding): string {
  if (layer === undefined) return ''
  const origin = layer.origin === undefined ? '' : origins[layer.origin]
  return `${origin}${plainLine(layer.diffId)}`
}

function linkPart(address: string | undefined): Content {
  const link = safeLink(address)
  if (link === undefined) return ''
  return element('p', {}, element('a', { href: link, rel: 'noopener noreferrer' }, link))
}

function changePart({ judgement: { baseline } }: GateReport): Content {
  if (baseline === undefined) return ''
  const { source, unusable, added, fixed } = baseline
  const changes = [
    ...added.map((finding) => changeOf('new', finding)),
    ...fixed.map((finding) => changeOf('fixed', finding)),
  ]
  const lines = unusable === undefined ? changes : [plainLine(unusable, 500)]
  const title = element('h2', {}, `Against ${plainLine(source)}`)
  return element('section', {}, title, list(lines.slice(0, shownFindings)))
}

function changeOf(change: string, finding: Finding): string {
  return `${change}: ${finding.severity} ${namesOf(finding)} in ${subjectOf(finding)}`
}

function scansPart({ scans, judgement, runUrl }: GateReport): Html {
  const lines = scans.map(({ digest, platform, scanner, databaseBuilt }) => {
    const database = databaseBuilt === undefined ? '' : `database of ${databaseBuilt.toISOString()}`
    const words = [`${scanner.name} ${scanner.version}`, database, platform, digest]
    return plainLine(words.filter((word) => word !== '').join(', '), 400)
  })
  const facts = [`policy ${judgement.policyHash}`, `judged ${judgement.at.toISOString()}`]
  return element('footer', {}, list([...lines, ...facts]), linkPart(runUrl))
}
