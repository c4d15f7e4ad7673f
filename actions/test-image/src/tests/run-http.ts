import { ServiceError, secondsSince } from '@oke-pipeline/core'
import type { HttpResponse } from '@oke-pipeline/core'
import { failuresOf } from '../suite/expectation.ts'
import type { HttpExchange, HttpTest } from '../suite/suite.ts'
import type { TestOutcome } from './outcome.ts'
import { startAsIs } from './run-start.ts'
import type { Scene } from './scene.ts'
import { waitUntil } from './wait-until-ready.ts'
import type { Starting } from './wait-until-ready.ts'

const requestSeconds = 5
const largestBodyBytes = 1024 * 1024

/**
 * Starts the image as it is and asks it over HTTP until it gives every wanted answer, its time is
 * up, or it ends.
 */
export async function runHttpTest(scene: Scene, test: HttpTest): Promise<TestOutcome> {
  const { bench } = scene
  const { clock } = bench.ports
  const start = clock.now()
  const starting = await startAsIs(scene, test, [test.port])
  let attempts = 0
  for (const exchange of test.requests) {
    const left = Math.max(0, test.timeoutSeconds - secondsSince(start, clock))
    const attempt = async (): Promise<string | undefined> => {
      attempts += 1
      return ask(starting, { port: test.port, exchange }, scene)
    }
    const goal = `answer ${exchange.method} ${exchange.path} with ${exchange.status} as expected`
    await waitUntil(starting, attempt, { seconds: left, limit: test.timeoutSeconds, bench, goal })
  }
  return {
    failures: [],
    observed: observation(test, attempts),
    lastLines: starting.container.output.lastLines(),
  }
}

function observation({ requests }: HttpTest, attempts: number): string {
  const [only, ...others] = requests
  const status = others.length === 0 ? `status ${only?.status ?? 0}` : `${requests.length} answers`
  return `${status} (${attempts === 1 ? 'first request' : `${attempts} requests`})`
}

interface Question {
  readonly port: number
  readonly exchange: HttpExchange
}

/** Sends a request once; what is wrong with the answer, or undefined. */
async function ask(
  starting: Starting,
  { port, exchange }: Question,
  { bench }: Scene,
): Promise<string | undefined> {
  const hostPort = await starting.hostPortOf(port)
  if (hostPort === undefined) return 'its port was not published yet'
  try {
    const response = await bench.ports.http.request({
      method: exchange.method,
      url: new URL(`http://127.0.0.1:${hostPort}${exchange.path}`),
      headers: exchange.headers,
      ...(exchange.body === undefined ? {} : { body: exchange.body }),
      redirect: exchange.isRedirectShown ? 'manual' : 'follow',
      service: 'the container',
      timeoutSeconds: requestSeconds,
    })
    return await problemWith(response, exchange)
  } catch (error) {
    // A container that is starting refuses or resets connections: that is what is waited for.
    if (!(error instanceof ServiceError)) throw error
    return 'it gave no answer'
  }
}

async function problemWith(
  response: HttpResponse,
  exchange: HttpExchange,
): Promise<string | undefined> {
  if (response.status !== exchange.status) {
    await response.body?.cancel()
    return `it answered with ${response.status}`
  }
  const headers = Object.entries(exchange.responseHeaders).flatMap(([name, expected]) =>
    failuresOf(`header ${name}`, response.headers.get(name) ?? '', expected),
  )
  if (exchange.responseBody === undefined) {
    await response.body?.cancel()
    return sentence(headers)
  }
  const text = await textOf(response)
  if (text === undefined) return 'its answer ended early'
  return sentence([...headers, ...failuresOf('the body', text, exchange.responseBody)])
}

function sentence(problems: readonly string[]): string | undefined {
  return problems.length === 0 ? undefined : problems.join(' ').replace(/\.$/, '')
}

/** The body, of which no more is read than anybody would look at; undefined when it broke off. */
async function textOf(response: HttpResponse): Promise<string | undefined> {
  const { body } = response
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  try {
    for await (const chunk of body ?? []) {
      chunks.push(chunk)
      sizeBytes += chunk.byteLength
      // Ending the loop before the body does cancels the rest of it.
      if (sizeBytes >= largestBodyBytes) break
    }
  } catch {
    // The container ended or was too slow: the next look at it says so. So does a cancelled job.
    return undefined
  }
  return Buffer.concat(chunks).toString('utf8')
}
