// Stands in for @actions/http-client in the bundles. @actions/core needs it for one request, that
// for an OIDC token; the package brings a copy of undici, 0.35 MB that take longer to start than
// all the rest of an action, and Node.js has fetch. Only what @actions/core calls is here, and what
// @actions/github asks for when it is loaded: agents for a fetch that we replace.

import { setTimeout as wait } from 'node:timers/promises'

const firstDelayMilliseconds = 5

/** Adds the bearer token of the runner to a request. */
export class BearerCredentialHandler {
  constructor(token) {
    this.token = token
  }
}

/** A client for JSON over HTTP; network errors and answers of 500 and more are tried again. */
export class HttpClient {
  constructor(userAgent, handlers = [], { allowRetries = false, maxRetries = 0 } = {}) {
    this.headers = { 'user-agent': userAgent, authorization: `Bearer ${handlers[0]?.token}` }
    this.attempts = allowRetries ? maxRetries + 1 : 1
  }

  getAgent() {
    return undefined
  }

  getAgentDispatcher() {
    return undefined
  }

  async getJson(url) {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#get(url).catch((error) => error)
      const isFault = answer instanceof Error || answer.status >= 500
      if (!isFault) return resultOf(answer)
      if (attempt >= this.attempts) throw faultOf(answer)
      await wait(firstDelayMilliseconds * 2 ** Math.min(attempt, 8))
    }
  }

  #get(url) {
    const headers = { ...this.headers, accept: 'application/json' }
    return fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(30_000) })
  }
}

async function resultOf(answer) {
  if (!answer.ok) throw faultOf(answer)
  return { statusCode: answer.status, result: await answer.json(), headers: {} }
}

function faultOf(answer) {
  if (answer instanceof Error) return answer
  return Object.assign(new Error(`HTTP status ${answer.status}`), { statusCode: answer.status })
}
