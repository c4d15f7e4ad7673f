/** Colours and cursor movements of terminals. */
const terminalSequences =
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g

/** What has no form of its own, or changes that of what follows: controls, marks of direction. */
const invisible =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/**
 * Foreign text as plain text that a person reads as it is written: without sequences for
 * terminals, control characters, and marks that turn the direction of writing. Lines are kept.
 */
export function plainText(text: string, limit: number): string {
  // Cut first: a description may have a megabyte.
  const start = text.slice(0, limit * 2)
  const plain = start
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(terminalSequences, '')
    .replaceAll(invisible, (character) => (character === '\t' ? ' ' : ''))
    // The runner's old syntax for commands, which it obeys anywhere in a line.
    .replaceAll('##[', '## [')
    .trim()
  if (plain.length <= limit && start.length === text.length) return plain
  return `${wholeCharacters(plain.slice(0, Math.max(0, limit - 1)))}…`
}

/** Foreign text in one line, see {@link plainText}. */
export function plainLine(text: string, limit = 200): string {
  return plainText(text.slice(0, limit * 4).replaceAll(/\s*[\r\n]+\s*/g, ' '), limit)
}

/** Leaves no half of a character at the end. */
function wholeCharacters(text: string): string {
  return text.replace(/[\ud800-\udbff]$/, '')
}

/** An address that may be made into a link; undefined for anything but HTTP. */
export function safeLink(address: string | undefined): string | undefined {
  if (address === undefined || !URL.canParse(address)) return undefined
  const url = new URL(address)
  return ['https:', 'http:'].includes(url.protocol) && url.href.length <= 2000
    ? url.href
    : undefined
}
