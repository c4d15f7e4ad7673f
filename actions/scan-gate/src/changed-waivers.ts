import { relative } from 'node:path'
import { ReportedError } from '@oke-pipeline/core'
import { accessOfRun, connectGitHub, fileAt, pullRequestOf } from '@oke-pipeline/github'
import type { GitHub, PullRequest } from '@oke-pipeline/github'
import { parseWaivers, waiverChanges } from '@oke-pipeline/scan'
import type { Waiver, WaiverChange, WaiversFile } from '@oke-pipeline/scan'
import type { Inputs } from './declaration.ts'
import type { GatePorts } from './gate-ports.ts'

/** Waivers that change with a pull request, or why that is not known. */
export interface ChangedWaivers {
  readonly changes: readonly WaiverChange[] | undefined
  /** In a whole sentence. */
  readonly problem: string | undefined
}

/**
 * Compares the waivers with those of the base of the pull request. It is shown to whoever reviews
 * it; a verdict does not depend on it, so what cannot be found out is only said.
 */
export async function changedWaivers(
  waivers: readonly WaiversFile[],
  inputs: Inputs,
  ports: GatePorts,
): Promise<ChangedWaivers> {
  if (waivers.length === 0) return unknown
  try {
    const request = await pullRequestOf(ports.run)
    if (request === undefined) return unknown
    const github = connectGitHub(accessOfRun(ports.environment, inputs['github-token']), ports)
    const changes = await Promise.all(
      waivers.map((file) => changesIn(file, request, { github, ports })),
    )
    return { changes: changes.flat(), problem: undefined }
  } catch (error) {
    if (!(error instanceof ReportedError)) throw error
    const problem = `Which waivers this pull request changes is not known: ${error.message}`
    return { changes: undefined, problem }
  }
}

const unknown: ChangedWaivers = { changes: undefined, problem: undefined }

interface Way {
  readonly github: GitHub
  readonly ports: Pick<GatePorts, 'files'>
}

async function changesIn(
  after: WaiversFile,
  { baseSha }: PullRequest,
  { github, ports: { files } }: Way,
): Promise<readonly WaiverChange[]> {
  const path = relative(await files.locate('.'), await files.locate(after.file))
  const text = await fileAt(github, path, baseSha)
  const before = text === undefined ? undefined : parseWaivers(text, after.file)
  const { added, changed, removed } = waiverChanges(before, after)
  return [
    ...added.map((waiver) => changeOf('added', waiver)),
    ...changed.map((pair) => changeOf('changed', pair.after)),
    ...removed.map((waiver) => changeOf('removed', waiver)),
  ]
}

function changeOf(
  change: WaiverChange['change'],
  { ids, owner, expires, origin: { file, line } }: Waiver,
): WaiverChange {
  return { change, ids, owner, expires, place: { file, line } }
}
