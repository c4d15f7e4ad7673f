import { formsOf } from '@oke-pipeline/core'

/** Takes what is secret out of foreign text. */
export type Redact = (text: string) => string

/** What stands where something secret was. */
const mask = '***'

/** Shorter pieces would blacken half of a log, and protect nothing. */
const shortestPiece = 4

/** What is secret wherever it comes from, values of Secrets or not. */
const secretLooks: readonly RegExp[] = [
  // A JSON Web Token: that of a service account is in every pod.
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /(?<=\bbearer\s+)[\w.~+/-]{16,}=*/gi,
  /(?<=\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/]*:)[^\s@/]+(?=@)/gi,
]

/** Without one of these, text has none of the looks: most of it is told apart by them alone. */
const secretTraits = /eyJ|-----BEGIN|bearer|@/i

/**
 * Takes values out of text, and what looks like a credential: as they are, line by line, in base64
 * (also as part of something longer), in JSON and in URLs. Values shorter than 4 characters stay.
 */
export function redactorFor(values: readonly Uint8Array[]): Redact {
  const pieces = [...new Set(values.flatMap(piecesOf))]
  return (text) => blackened(text, [...placesOf(text, pieces), ...looksIn(text)])
}

/** Takes out what looks like a credential, whatever it is. */
export const withoutCredentials: Redact = (text) =>
  secretTraits.test(text) ? blackened(text, looksIn(text)) : text

interface Span {
  readonly from: number
  readonly to: number
}

/** Every place, overlapping ones included: what two secrets share must not save the rest of one. */
function placesOf(text: string, pieces: readonly string[]): readonly Span[] {
  return pieces.flatMap((piece) => {
    const spans: Span[] = []
    for (let from = text.indexOf(piece); from !== -1; from = text.indexOf(piece, from + 1)) {
      spans.push({ from, to: from + piece.length })
    }
    return spans
  })
}

function looksIn(text: string): readonly Span[] {
  return secretLooks.flatMap((look) =>
    [...text.matchAll(look)].map(({ index, 0: found }) => ({
      from: index,
      to: index + found.length,
    })),
  )
}

function blackened(text: string, spans: readonly Span[]): string {
  let result = ''
  let done = 0
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    if (from >= done) result += `${text.slice(done, from)}${mask}`
    done = Math.max(done, to)
  }
  return result + text.slice(done)
}

/** Every form in which a value, or a part of it that is a secret of its own, may show up. */
function piecesOf(bytes: Uint8Array): readonly string[] {
  const value = Buffer.from(bytes)
  const text = value.toString('utf8')
  const isText = Buffer.from(text, 'utf8').equals(value)
  const texts = isText ? [text, ...partsOf(text)] : []
  return [
    ...texts.flatMap(formsOf),
    ...texts.map(inUrl),
    ...withinBase64(value),
    ...texts.flatMap((part) => withinBase64(Buffer.from(part.trim(), 'utf8'))),
  ].filter((piece) => piece.length >= shortestPiece)
}

function inUrl(text: string): string {
  // Half of a character cannot be written in a URL.
  return encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '\uFFFD'))
}

/** Configuration in a Secret holds secrets in turn: leaves of JSON, values of `NAME=value` lines. */
function partsOf(text: string): readonly string[] {
  const json = parsed(text)
  if (typeof json === 'object' && json !== null) return leavesOf(json)
  return text.split(/\r?\n/).flatMap((line) => {
    const setting = /^\s*(?:export\s+)?[\w.-]+\s*[=:](?!\/\/)\s*(?<value>\S.*)$/.exec(line)?.groups
      ?.value
    const password = /^[a-z][a-z0-9+.-]*:\/\/[^\s:@/]*:(?<password>[^\s@/]+)@/i.exec(
      unquoted(setting ?? line),
    )?.groups?.password
    return [
      ...(setting === undefined ? [] : [unquoted(setting)]),
      ...(password === undefined ? [] : [password]),
    ]
  })
}

function unquoted(text: string): string {
  return text.trim().replace(/^(["'])(.*)\1$/, '$2')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function leavesOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : []
}

/**
 * What base64 makes of bytes inside of something longer, such as `user:password`: one of three
 * texts, by where the bytes start; what the neighbours take part in is left out.
 */
function withinBase64(bytes: Buffer): readonly string[] {
  if (bytes.byteLength < shortestPiece) return []
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    const own = encoded.replace(/=+$/, '').slice(Math.ceil((before * 8) / 6))
    const whole = (before + bytes.byteLength) % 3 === 0 ? own : own.slice(0, -1)
    return [whole, whole.replaceAll('+', '-').replaceAll('/', '_')]
  })
}
