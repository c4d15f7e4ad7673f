import { readFile } from 'node:fs/promises'
import { systemCodeOf } from '@oke-pipeline/core'
import * as v from 'valibot'
import { MalformedDocument, parseDocument } from '../json-document.ts'

/** What is wanted of an event; anything may be missing, by the kind of the event. */
export interface GithubEvent {
  readonly defaultBranch: string | undefined
  /** What the repository says of itself. */
  readonly description: string | undefined
  /** An SPDX identifier, where GitHub could tell. */
  readonly license: string | undefined
  /** Who can see the repository: `public`, `private` or `internal`. */
  readonly visibility: string | undefined
  /** Where a pull request goes, or, as far as GitHub knows, where a pushed tag was made. */
  readonly baseBranch: string | undefined
  readonly commitDate: Date | undefined
}

const text = v.fallback(v.optional(v.string()), undefined)

const branch = v.fallback(v.nullish(v.object({ ref: text })), undefined)

const schema = v.object({
  repository: v.fallback(
    v.nullish(
      v.object({
        default_branch: text,
        description: text,
        visibility: text,
        license: v.fallback(v.nullish(v.object({ spdx_id: text })), undefined),
      }),
    ),
    undefined,
  ),
  pull_request: v.fallback(v.nullish(v.object({ base: branch })), undefined),
  base_ref: text,
  head_commit: v.fallback(v.nullish(v.object({ timestamp: text })), undefined),
})

/** What is known when there is no event, as on a machine that is no runner. */
export const noEvent: GithubEvent = {
  defaultBranch: undefined,
  description: undefined,
  license: undefined,
  visibility: undefined,
  baseBranch: undefined,
  commitDate: undefined,
}

/**
 * Reads the file that a runner describes the event in. It is the runner's own, and lies outside
 * workspace and temp folder when the job runs in a container.
 */
export async function readGithubEvent(path: string | undefined): Promise<GithubEvent> {
  if (path === undefined || path === '') return noEvent
  try {
    return parseGithubEvent(await readFile(path))
  } catch (error) {
    // Without the file the labels say less, and rules for the default branch give nothing.
    if (error instanceof MalformedDocument || systemCodeOf(error) === 'ENOENT') return noEvent
    throw error
  }
}

/**
 * Reads an event.
 * @throws MalformedDocument
 */
export function parseGithubEvent(bytes: Uint8Array): GithubEvent {
  const event = parseDocument(schema, bytes)
  const spdx = event.repository?.license?.spdx_id
  return {
    defaultBranch: event.repository?.default_branch,
    description: event.repository?.description,
    // GitHub's word for a licence that it does not recognise.
    license: spdx === 'NOASSERTION' ? undefined : spdx,
    visibility: event.repository?.visibility,
    baseBranch: event.pull_request?.base?.ref ?? event.base_ref?.replace(/^refs\/heads\//, ''),
    commitDate: dateOf(event.head_commit?.timestamp),
  }
}

function dateOf(timestamp: string | undefined): Date | undefined {
  const date = new Date(timestamp ?? '')
  return Number.isNaN(date.getTime()) ? undefined : date
}
