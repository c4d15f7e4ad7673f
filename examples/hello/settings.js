import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** Says which setting is missing or wrong, in words for whoever reads the log of the pod. */
export class SettingError extends Error {}

/** Reads everything that differs from one environment to the next. */
export function readSettings(environment) {
  return {
    port: readPort(environment.PORT ?? '8080'),
    greeting: environment.GREETING ?? 'Hello',
    pod: hostname(),
    version: readVersion(),
  }
}

function readPort(text) {
  const port = Number(text)
  if (text !== '' && Number.isInteger(port) && port >= 0 && port <= 65535) return port
  throw new SettingError(`PORT is "${text}", but must be a number from 0 to 65535.`)
}

function readVersion() {
  const manifest = readFileSync(new URL('package.json', import.meta.url), 'utf8')
  return JSON.parse(manifest).version
}
