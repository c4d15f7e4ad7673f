import { createServer } from 'node:http'
import ms from 'ms'

/** The web service: a greeting on /, and its health on /healthz. */
export function createApp({ greeting, version, pod }, log) {
  const started = Date.now()
  const pages = {
    '/': () => ({ greeting, version, pod, up: ms(Date.now() - started) }),
    '/healthz': () => ({ status: 'ok' }),
  }
  return createServer((request, response) => {
    const start = Date.now()
    response.on('close', () => {
      const took = ms(Date.now() - start)
      log(`${request.method} ${request.url} ${response.statusCode} ${took}`)
    })
    answer(request, response, pages)
  })
}

function answer(request, response, pages) {
  const [path] = request.url.split('?')
  if (!Object.hasOwn(pages, path)) return send(response, 404, { error: 'not found' })
  if (!['GET', 'HEAD'].includes(request.method)) {
    response.setHeader('allow', 'GET, HEAD')
    return send(response, 405, { error: 'method not allowed' })
  }
  send(response, 200, pages[path]())
}

function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify(body)}\n`)
}
