import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { ServiceError, systemCodeOf } from '../errors.ts'
import type { HttpResponse } from '../ports/http-response.ts'
import type { Http } from '../ports/http.ts'
import { isRetryableStatus } from '../retry.ts'

const downloadSeconds = 300

/** Where a download goes, and what it is called in errors. */
export interface Download {
  readonly target: string
  readonly title: string
}

/**
 * Saves what is at an address.
 * @throws {@link ServiceError}
 */
export async function download(url: URL, { target, title }: Download, http: Http): Promise<void> {
  const response = await request(url, title, http)
  if (!response.ok || response.body === null) {
    throw notDownloaded(url, {
      title,
      why: `it answered with status ${response.status}`,
      isRetryable: isRetryableStatus(response.status),
    })
  }
  try {
    await pipeline(response.body, createWriteStream(target))
  } catch (error) {
    if (systemCodeOf(error) === 'ENOSPC') throw error
    throw notDownloaded(url, {
      title,
      why: 'the transfer broke off',
      isRetryable: true,
      cause: error,
    })
  }
}

async function request(url: URL, title: string, http: Http): Promise<HttpResponse> {
  const { host: service } = url
  try {
    return await http.request({ method: 'GET', url, service, timeoutSeconds: downloadSeconds })
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    const why = 'there was no answer'
    throw notDownloaded(url, { title, why, isRetryable: true, cause: error })
  }
}

interface Failure {
  readonly title: string
  readonly why: string
  readonly isRetryable: boolean
  readonly cause?: unknown
}

function notDownloaded(url: URL, { title, why, isRetryable, cause }: Failure): ServiceError {
  return new ServiceError({
    service: url.host,
    isRetryable,
    title: `${title} could not be downloaded`,
    explanation: `It is published at ${url.href}, and ${why}.`,
    remedy: `Where this runner cannot reach it, install it in an earlier step, in PATH or named in this action’s inputs.`,
    cause,
  })
}
