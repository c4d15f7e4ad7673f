import { describe, expect, it } from '@jest/globals'
import { systemClock } from '@oke-pipeline/core'
import { ApiError } from '../src/client/api-error.ts'
import type { ApiAnswer } from '../src/client/exchange.ts'
import { listInPages } from '../src/client/listing.ts'
import type { Listing } from '../src/client/listing.ts'

type Parameters = Readonly<Record<string, string>>

function page(names: readonly string[], next = ''): ApiAnswer {
  const items = names.map((name) => ({ metadata: { name } }))
  const metadata = { resourceVersion: '7', continue: next }
  const date = 'Fri, 27 Nov 2026 02:00:00 GMT'
  return { status: 200, text: JSON.stringify({ metadata, items }), headers: { date } }
}

/** What the server says of a place in a list that it does not know any more. */
function gone(): Error {
  const report = { service: 'cluster', title: 'Refused', explanation: 'Too old.', status: 410 }
  const answer = { message: '', reason: 'Expired', causes: [], retryAfterSeconds: undefined }
  return new ApiError(report, answer)
}

async function list(
  answers: readonly (ApiAnswer | Error)[],
): Promise<{ readonly listing: Listing; readonly asked: readonly Parameters[] }> {
  const asked: Parameters[] = []
  const ask = (parameters: Parameters): Promise<ApiAnswer> => {
    const answer = answers[asked.length]
    asked.push(parameters)
    return answer instanceof Error || answer === undefined
      ? Promise.reject(answer ?? new Error('One request too many'))
      : Promise.resolve(answer)
  }
  const type = { apiVersion: 'v1', kind: 'ConfigMap' }
  return { listing: await listInPages(ask, { type, clock: systemClock }), asked }
}

function namesIn({ items }: Listing): readonly string[] {
  return items.map(({ metadata }) => metadata.name)
}

describe('listInPages', () => {
  it('asks once for what fits on a page', async () => {
    const { listing, asked } = await list([page(['a', 'b'])])
    expect(listing).toEqual({
      items: [
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } },
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' } },
      ],
      resourceVersion: '7',
      serverTime: new Date('2026-11-27T02:00:00Z'),
    })
    expect(asked).toEqual([{ limit: '500' }])
  })

  it('goes on from page to page', async () => {
    const { listing, asked } = await list([page(['a'], 'x'), page(['b'], 'y'), page(['c'])])
    expect(namesIn(listing)).toEqual(['a', 'b', 'c'])
    expect(asked.map((parameters) => parameters.continue)).toEqual([undefined, 'x', 'y'])
  })

  it('asks for all at once when the list has become too old to go on from', async () => {
    const { listing, asked } = await list([page(['old'], 'x'), gone(), page(['a', 'b'])])
    expect(namesIn(listing)).toEqual(['a', 'b'])
    expect(asked.at(-1)).toEqual({})
  })

  it('gives no half of a list', async () => {
    await expect(list([page(['a'], 'x'), new Error('cut off')])).rejects.toThrow('cut off')
  })
})
