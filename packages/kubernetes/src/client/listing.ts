import type { Clock } from '@oke-pipeline/core'
import { fieldOf, objectsOf } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { isKubernetesObject } from '../object.ts'
import type { KubernetesObject } from '../object.ts'
import { jsonOf } from './answers.ts'
import { hasStatus } from './api-error.ts'
import type { ApiAnswer } from './exchange.ts'

/** Objects of one kind, and the server's time when it listed them. */
export interface Listing {
  readonly items: readonly KubernetesObject[]
  /** Of the list as a whole: where a watch goes on from. */
  readonly resourceVersion: string
  readonly serverTime: Date
}

/** What a list is of. */
export interface Listed {
  readonly type: { readonly apiVersion: string; readonly kind: string }
  readonly clock: Clock
}

/** Asks for a list, with these parameters besides its own. */
export type AskForList = (parameters: Readonly<Record<string, string>>) => Promise<ApiAnswer>

/** As many as kubectl asks for at once. */
const objectsOnPage = '500'

/**
 * Reads a list page by page: thousands of objects are never one text. All pages are of the moment of
 * the first; when that has become too old to go on from (410), the list is asked for as a whole
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks).
 */
export async function listInPages(ask: AskForList, listed: Listed): Promise<Listing> {
  const first = pageOf(await ask({ limit: objectsOnPage }), listed)
  const items = [...first.listing.items]
  for (let { next } = first; next !== '';) {
    const page = await nextPage(ask, next, listed)
    if (page === undefined) return pageOf(await ask({}), listed).listing
    items.push(...page.listing.items)
    next = page.next
  }
  return { ...first.listing, items }
}

async function nextPage(ask: AskForList, from: string, listed: Listed): Promise<Page | undefined> {
  try {
    return pageOf(await ask({ limit: objectsOnPage, continue: from }), listed)
  } catch (error) {
    if (!hasStatus(error, 410)) throw error
    return undefined
  }
}

interface Page {
  readonly listing: Listing
  /** Where the next page begins; empty on the last one. */
  readonly next: string
}

function pageOf(answer: ApiAnswer, { type, clock }: Listed): Page {
  const date = new Date(answer.headers.date ?? '')
  const list = jsonOf(answer)
  return {
    listing: {
      // The items of a list come without what the list as a whole says of them.
      items: objectsOf(list.items)
        .map((item) => ({ ...item, ...type }))
        .filter((item) => isKubernetesObject(item)),
      resourceVersion: textIn(list, 'resourceVersion'),
      serverTime: Number.isNaN(date.getTime()) ? clock.now() : date,
    },
    next: textIn(list, 'continue'),
  }
}

function textIn(list: JsonObject, field: string): string {
  const value = fieldOf(list, 'metadata', field)
  return typeof value === 'string' ? value : ''
}
