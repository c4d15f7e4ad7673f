import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'

import { type TokenServerSettings, createTokenHandler } from './token-server.ts'

/** What the file named on the command line holds. */
export interface TokenServerFile extends TokenServerSettings {
  readonly port: number
  readonly tlsCertificate: string
  readonly tlsKey: string
}

const [, , settingsFile = ''] = process.argv
// Written by the lab itself, for this process only.
const settings = JSON.parse(readFileSync(settingsFile, 'utf8')) as TokenServerFile

createServer({ cert: settings.tlsCertificate, key: settings.tlsKey }, createTokenHandler(settings)).listen({
  host: '127.0.0.1',
  port: settings.port,
})
