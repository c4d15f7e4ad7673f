import { parse } from 'yaml'
import { isJsonObject } from '../json.ts'
import { plainTextOf } from './kubeconfig.ts'

/** Fields whose values give access; their neighbours (names, servers, certificates) do not. */
const secretField = /token|password|secret|key/i

/** A shorter line is more likely `users:` than a secret. */
const shortestLine = 12

/**
 * Everything in a kubeconfig that must not be logged. A text that cannot be parsed may be a
 * kubeconfig with a slip in it, so that each of its longer lines counts as secret.
 */
export function secretsOfKubeconfig(text: string): readonly string[] {
  const plain = plainTextOf(text)
  const wrapped = plain === text ? [] : [text]
  const content = parsed(plain)
  if (!isJsonObject(content) || !Array.isArray(content.users)) {
    return [...wrapped, ...longLines(plain)]
  }
  return [...wrapped, ...content.users.flatMap((user: unknown) => secretsWithin(user, false))]
}

function parsed(text: string): unknown {
  try {
    return parse(text, { logLevel: 'error' }) as unknown
  } catch {
    return undefined
  }
}

function longLines(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .flatMap((line) => [line.trim(), line.replace(/^[\s-]*[\w-]+:\s*/, '').trim()])
    .filter((line) => line.length >= shortestLine)
}

function secretsWithin(value: unknown, isSecret: boolean): readonly string[] {
  if (typeof value === 'string') return isSecret ? formsOfField(value) : []
  if (Array.isArray(value)) return value.flatMap((item) => secretsWithin(item, isSecret))
  if (!isJsonObject(value)) return []
  // An environment variable of a credential plugin: `{name: API_TOKEN, value: …}`.
  const namesSecret = typeof value.name === 'string' && secretField.test(value.name)
  return Object.entries(value).flatMap(([name, nested]) =>
    secretsWithin(nested, secretField.test(name) || (namesSecret && name === 'value')),
  )
}

/** `client-key-data` is base64 of a key, which tools print decoded. */
function formsOfField(value: string): readonly string[] {
  const decoded = Buffer.from(value, 'base64').toString('utf8')
  return decoded.startsWith('-----BEGIN') ? [value, decoded] : [value]
}
