import { ServiceError, secondsSince } from '@oke-pipeline/core'
import { endOf, endedWithin, finish, startContainer } from './container.ts'
import type { Container, ContainerEnd } from './container.ts'
import { explainEnd } from './explain-end.ts'
import type { ContainerSettings } from './podman-arguments.ts'
import { publishedPort } from './published-port.ts'
import type { TestPorts } from './test-ports.ts'
import type { HttpCheck } from './test-report.ts'

/** A request, the answer wanted, and how long it may take until it comes. */
export interface HttpTest {
  readonly port: number
  readonly path: string
  readonly expectedStatus: number
  readonly timeoutSeconds: number
}

const intervalSeconds = 0.1
const requestSeconds = 5
const progressSeconds = 10

/**
 * Starts the image as it is and asks it over HTTP until it gives the wanted answer, its time is up,
 * or it ends.
 */
export async function checkHttp(
  test: HttpTest,
  settings: ContainerSettings,
  ports: TestPorts,
): Promise<HttpCheck> {
  const start = ports.clock.now()
  const { port, path, expectedStatus } = test
  const container = startContainer(settings, { kind: 'service', port }, ports)
  try {
    const observation = await observe(container, test, ports)
    return {
      kind: 'http',
      port,
      path,
      expectedStatus,
      result: observation.reason === undefined ? 'passed' : 'failed',
      ...observation,
      seconds: secondsSince(start, ports.clock),
      lastLines: container.lastLines(),
    }
  } finally {
    // Nothing can be run any more once the job is cancelled: `post` does it then.
    if (!ports.signal.aborted) await finish(container, ports)
  }
}

type Observation = Pick<HttpCheck, 'reason' | 'attempts' | 'status' | 'exitCode'>

async function observe(
  container: Container,
  test: HttpTest,
  ports: TestPorts,
): Promise<Observation> {
  const start = ports.clock.now()
  const progress = progressLog(ports)
  let answer: Answer = { says: 'nothing was asked' }
  for (let attempts = 0; ; attempts += 1) {
    const { status } = answer
    const end = await endDuring(container, intervalSeconds, ports)
    if (end !== undefined) {
      const reason = `It did not stay up to answer. ${explainEnd(end)}`
      return { reason, attempts, status, exitCode: end.exitCode }
    }
    if (status === test.expectedStatus) {
      return { reason: undefined, attempts, status, exitCode: undefined }
    }
    if (secondsSince(start, ports.clock) > test.timeoutSeconds) {
      return { reason: lateReason(test, answer), attempts, status, exitCode: undefined }
    }
    progress(`Waiting for an answer with ${test.expectedStatus}: ${answer.says}`)
    answer = await ask(container, test, ports)
  }
}

async function endDuring(
  container: Container,
  seconds: number,
  ports: TestPorts,
): Promise<ContainerEnd | undefined> {
  const outcome = await endedWithin(container, seconds, ports)
  return outcome === undefined ? undefined : endOf(container, outcome, ports)
}

function lateReason({ expectedStatus, timeoutSeconds }: HttpTest, { says }: Answer): string {
  return `It did not answer with ${expectedStatus} within ${timeoutSeconds} s; last, ${says}.`
}

/** What came of one request. */
interface Answer {
  readonly status?: number
  /** Completes "last, …". */
  readonly says: string
}

async function ask(container: Container, test: HttpTest, ports: TestPorts): Promise<Answer> {
  const hostPort = await publishedPort(container.name, test.port, ports)
  if (hostPort === undefined) return { says: 'its port was not published yet' }
  try {
    const { status, body } = await ports.http.request({
      method: 'GET',
      url: new URL(`http://127.0.0.1:${hostPort}${test.path}`),
      service: 'the container',
      timeoutSeconds: requestSeconds,
    })
    await body?.cancel()
    return { status, says: `it answered with ${status}` }
  } catch (error) {
    // A container that is starting refuses or resets connections: that is what is waited for.
    if (!(error instanceof ServiceError)) throw error
    return { says: 'it gave no answer' }
  }
}

function progressLog({ clock, log }: TestPorts): (text: string) => void {
  let last = clock.now()
  return (text) => {
    if (secondsSince(last, clock) < progressSeconds) return
    last = clock.now()
    log.info(text)
  }
}
