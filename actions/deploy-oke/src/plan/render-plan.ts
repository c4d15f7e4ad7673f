import {
  code,
  codeBlock,
  details,
  diffBlock,
  document,
  escaped,
  heading,
  paragraph,
  table,
} from '@oke-pipeline/core'
import { renderEvidence } from '@oke-pipeline/delivery'
import type { DemandedEvidence } from '@oke-pipeline/delivery'
import type { Comparison } from '@oke-pipeline/github'
import { diffLines, isEmptyPlan, nameOf, planHash } from '@oke-pipeline/kubernetes'
import type { NewNamespace, Plan, PlannedObject } from '@oke-pipeline/kubernetes'

/** The commits between the release that runs and the one that is planned, and where to see them. */
export interface Commits {
  readonly url: string
  /** As GitHub compares them; undefined where it was not asked. */
  readonly comparison: Comparison | undefined
}

/** What is shown with a plan: how its image came about, and what is proved of it. */
export interface Surroundings {
  /** To be made first; undefined where the namespace is there. */
  readonly newNamespace: NewNamespace | undefined
  readonly commits: Commits | undefined
  readonly evidence: readonly DemandedEvidence[]
}

/** A plan as Markdown, for the job summary and the comment of a pull request. */
export function renderPlan(plan: Plan, { newNamespace, commits, evidence }: Surroundings): string {
  return document(
    heading(`Plan: ${plan.release} in ${plan.namespace}`),
    codeBlock(`${plan.image.repository}@${plan.image.digest}`),
    paragraph(`<b>${escaped(inWords(plan))}</b> ${escaped(baseOf(plan))}`),
    newNamespace === undefined ? undefined : paragraph(namespaceWords(newNamespace)),
    plan.pullSecret && paragraph(escaped(pullSecretWords(plan.pullSecret))),
    commits === undefined ? undefined : renderCommits(commits),
    renderEvidence(evidence),
    ...plan.objects.filter(({ change }) => change !== 'unchanged').map(objectDetails),
    deletedTable(plan),
    hookTable(plan),
    conflictTable(plan),
    warningTable(plan),
    paragraph(`Hash of this plan: ${code(planHash(plan))}`),
  )
}

/** What a plan does, in one line: `1 created, 2 changed, 3 unchanged`. */
export function inWords(plan: Plan): string {
  if (isEmptyPlan(plan)) return 'Nothing would be changed.'
  const counts = Map.groupBy(plan.objects, ({ change }) => change)
  const words = [...counts].map(([change, objects]) => `${objects.length} ${change}`)
  const deleted = plan.deleted.length === 0 ? [] : [`${plan.deleted.length} deleted`]
  const secret = plan.pullSecret?.change === 'created' ? ['a pull secret created'] : []
  return `${[...words, ...deleted, ...secret].join(', ')}.`
}

/** What becomes of a pull secret, and whose pods pull with it; its login is not shown. */
export function pullSecretWords({
  name,
  registry,
  change,
  namedIn,
}: NonNullable<Plan['pullSecret']>): string {
  const how = change === 'created' ? 'made' : 'written anew'
  const pulling =
    namedIn.length === 0
      ? 'no workload names it'
      : `${namedIn.map(nameOf).join(', ')} ${namedIn.length === 1 ? 'names' : 'name'} it`
  return `The pull secret "${name}" for ${registry} would be ${how} first, with a login that is no part of the plan; ${pulling}.`
}

function baseOf({ base }: Plan): string {
  if (base === undefined) return 'It would be the first release.'
  return `In force is revision ${base.revision} (${base.digest}).`
}

function namespaceWords({ labels }: NewNamespace): string {
  const list = Object.entries(labels).map(([key, value]) => code(`${key}=${value}`))
  const labelled = list.length === 0 ? '' : `, with the labels ${list.join(', ')}`
  return `The namespace would be made first${labelled}. Until then the cluster cannot be asked what it would refuse in it.`
}

function objectDetails(object: PlannedObject): string {
  const file = object.file === '' ? '' : `, ${object.file}`
  return details(`${nameOf(object)}: ${changeOf(object)}${file}`, diffBlock(diffLines(object)))
}

/** What becomes of an object: `replaced, since spec.selector cannot be changed`. */
export function changeOf({ change, immutableFields, isUnchecked }: PlannedObject): string {
  if (isUnchecked) return `${change}, not checked: its kind is defined by this release`
  if (immutableFields.length === 0) return change
  return `${change}, since ${immutableFields.join(', ')} cannot be changed`
}

function deletedTable({ deleted }: Plan): string | undefined {
  if (deleted.length === 0) return undefined
  return table(
    ['Deleted'],
    deleted.map((reference) => [escaped(nameOf(reference))]),
  )
}

function hookTable({ hooks }: Plan): string | undefined {
  if (hooks.length === 0) return undefined
  return table(
    ['Hooks that run, if anything is to be done'],
    hooks.map((hook) => [escaped(nameOf(hook))]),
  )
}

function conflictTable({ objects }: Plan): string | undefined {
  const rows = objects.flatMap((object) => [
    ...object.takenOverFrom.map((manager) => [escaped(nameOf(object)), 'all', escaped(manager)]),
    ...object.conflicts.map(({ field, manager }) => [
      escaped(nameOf(object)),
      code(field),
      escaped(manager),
    ]),
  ])
  return rows.length === 0 ? undefined : table(['Object', 'Field', 'Taken over from'], rows)
}

function warningTable({ warnings }: Plan): string | undefined {
  if (warnings.length === 0) return undefined
  return table(
    ['The cluster warns of', 'Written in', ''],
    warnings.map((warning) => [
      escaped(nameOf(warning)),
      escaped([warning.file, warning.line].filter((part) => part !== undefined).join(':')),
      escaped(warning.message),
    ]),
  )
}

const shownCommits = 20

function renderCommits({ url, comparison }: Commits): string {
  if (comparison === undefined) return paragraph(`[Commits since the release in force](${url})`)
  const { status, ahead, behind, commits } = comparison
  const back = ` <b>It lacks ${behind} that the release in force has.</b>`
  return document(
    paragraph(
      `[${ahead} commits](${url}) since the release in force (${status}).${behind > 0 ? back : ''}`,
    ),
    commits.length === 0
      ? undefined
      : table(
          ['Commit', 'Author', ''],
          [...commits]
            .reverse()
            .map(({ sha, author = '', subject }) => [
              code(sha.slice(0, 12)),
              escaped(author),
              escaped(subject),
            ]),
          shownCommits,
        ),
  )
}
