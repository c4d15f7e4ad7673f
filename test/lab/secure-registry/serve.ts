import { readFileSync } from 'node:fs'
import { type IncomingMessage, type ServerResponse, request as httpRequest } from 'node:http'
import { createServer } from 'node:https'
import { type TokenServerSettings, createTokenHandler } from './token-server.ts'

/** What the file named on the command line holds. */
export interface SecureRegistryFile extends TokenServerSettings {
  readonly port: number
  /** Where the registry itself listens, without TLS. */
  readonly registryPort: number
  readonly tlsCertificate: string
  readonly tlsKey: string
}

const [, , settingsFile = ''] = process.argv
// Written by the lab itself, for this process only.
const settings = JSON.parse(readFileSync(settingsFile, 'utf8')) as SecureRegistryFile
const answerTokenRequest = createTokenHandler(settings)

// Tokens come from the registry's own origin, as with OCIR; some clients refuse any other one on a loopback address.
createServer({ cert: settings.tlsCertificate, key: settings.tlsKey }, (request, response) => {
  if (new URL(request.url ?? '/', 'https://localhost').pathname === '/token') {
    answerTokenRequest(request, response)
  } else passOn(request, response)
}).listen({ host: '127.0.0.1', port: settings.port })

function passOn(request: IncomingMessage, response: ServerResponse): void {
  const onward = httpRequest({
    host: '127.0.0.1',
    port: settings.registryPort,
    method: request.method,
    path: request.url,
    headers: { ...request.headers, 'x-forwarded-proto': 'https' },
  })
  onward.once('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
    answer.once('error', () => response.destroy())
  })
  onward.once('error', () => response.destroy())
  request.once('error', () => onward.destroy())
  response.once('close', () => onward.destroy())
  request.pipe(onward)
}
