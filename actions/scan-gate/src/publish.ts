import { ReportedError } from '@oke-pipeline/core'
import type { Annotation } from '@oke-pipeline/core'
import {
  accessOfRun,
  commitOfRun,
  connectGitHub,
  keepComment,
  pullRequestOf,
  uploadSarif,
} from '@oke-pipeline/github'
import type { GitHub, PullRequest } from '@oke-pipeline/github'
import { commentLimits, renderMarkdown, renderSarif } from '@oke-pipeline/scan'
import type { GateReport } from '@oke-pipeline/scan'
import type { Inputs } from './declaration.ts'
import type { GatePorts } from './gate-ports.ts'

/** What became of showing a report on GitHub. */
export interface Publication {
  readonly notes: readonly Annotation[]
  /** What was asked for and could not be done; the verdict stands all the same. */
  readonly failures: readonly ReportedError[]
}

/** Shows a report where it is asked for: as a comment of the pull request, and in code scanning. */
export async function publish(
  report: GateReport,
  inputs: Inputs,
  ports: GatePorts,
): Promise<Publication> {
  const isAskedFor = { comment: inputs.comment, upload: inputs['upload-sarif'] }
  if (!isAskedFor.comment && !isAskedFor.upload) return { notes: [], failures: [] }
  const request = await pullRequestOf(ports.run)
  if (request?.isFromFork === true) return { notes: [forkNote], failures: [] }
  const notes: Annotation[] = []
  const failures: ReportedError[] = []
  const attempt = async (work: (github: GitHub) => Promise<Annotation | undefined>) => {
    try {
      const access = accessOfRun(ports.environment, inputs['github-token'])
      const note = await work(connectGitHub(access, ports))
      if (note !== undefined) notes.push(note)
    } catch (error) {
      if (!(error instanceof ReportedError)) throw error
      failures.push(error)
    }
  }
  if (isAskedFor.comment)
    await attempt((github) => comment(github, report, { request, inputs, ports }))
  if (isAskedFor.upload) await attempt((github) => upload(github, report, { inputs, ports }))
  return { notes, failures }
}

const forkNote: Annotation = {
  level: 'warning',
  title: 'scan-gate: Not shown on the pull request',
  message:
    'The pull request comes from a fork, so the token of this run can only read: neither a comment nor code scanning results are written. The job summary has all of it.',
}

interface Means {
  readonly inputs: Inputs
  readonly ports: GatePorts
}

async function comment(
  github: GitHub,
  report: GateReport,
  { request, inputs, ports }: Means & { readonly request: PullRequest | undefined },
): Promise<undefined> {
  if (request === undefined) {
    ports.log.info('No comment: this run is for no pull request')
    return undefined
  }
  const key = `scan-gate ${inputs['sarif-category']}`
  const markdown = renderMarkdown(report, commentLimits)
  const url = await keepComment(github, { number: request.number, key, markdown })
  ports.log.info(`Comment: ${url}`)
  return undefined
}

async function upload(
  github: GitHub,
  report: GateReport,
  { inputs, ports }: Means,
): Promise<Annotation | undefined> {
  const category = inputs['sarif-category']
  const { text, left } = renderSarif(report, { category, includeSuppressed: false })
  const about = {
    ...commitOfRun(ports.run),
    sarif: text,
    toolName: 'oke-pipeline scan-gate',
    startedAt: report.judgement.at,
  }
  const id = await uploadSarif(github, about, ports.clock, ports.signal)
  ports.log.info(`Code scanning has read the report (${id})`)
  if (left === 0) return undefined
  const message = `Code scanning takes no more: the ${left} least severe findings are only in the report.`
  return { level: 'warning', title: 'scan-gate: Not all findings are in code scanning', message }
}
