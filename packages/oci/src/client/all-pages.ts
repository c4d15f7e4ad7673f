import { ServiceError } from '@oke-pipeline/core'
import * as v from 'valibot'
import type { OciCall, OciClient } from './oci-client.ts'

const mostPages = 1000

/**
 * The items of all pages of a list.
 * @throws ServiceError when a service sends the same page again and again.
 */
export async function allPages<Item extends v.GenericSchema>(
  client: OciClient,
  call: OciCall,
  item: Item,
): Promise<readonly v.InferOutput<Item>[]> {
  const schema = v.object({ items: v.array(item) })
  const items: v.InferOutput<Item>[] = []
  const seen = new Set<string>()
  let page: string | undefined
  do {
    const answer = await client.json({ ...call, query: { ...call.query, page } }, schema)
    items.push(...answer.value.items)
    page = answer.nextPage
    if (page === undefined) return items
    if (seen.has(page)) throw endless(call)
    seen.add(page)
  } while (seen.size < mostPages)
  throw endless(call)
}

function endless({ doing }: OciCall): ServiceError {
  return new ServiceError({
    service: 'OCI',
    title: `${doing} does not come to an end`,
    explanation: `The service names the same page twice, or more than ${mostPages} pages.`,
    remedy: 'Run this job again; if it stays, report it.',
  })
}
