import { stripVTControlCharacters } from 'node:util'

/** What a container writes, as it is kept for reports. */
export interface Output {
  /** Takes the next line, of either stream. */
  readonly onLine: (line: string) => void
  /** The last lines, both streams in the order they came. */
  lastLines(): readonly string[]
  /** Everything that was kept: what readiness is looked for in. */
  hasLine(pattern: RegExp): boolean
  /** Whether it wrote more than anybody reads. */
  isTooMuch(): boolean
}

const keptLines = 200
const keptCharacters = 2000
/** More than this is no output of a test any more, and would fill the memory of the runner. */
const mostCharacters = 64 * 1024 * 1024

/** Keeps the end of what a container writes; `onTooMuch` is called once it is without bounds. */
export function outputRecorder(onTooMuch: () => void): Output {
  const lines: string[] = []
  const seen = new Map<RegExp, boolean>()
  let characters = 0
  return {
    onLine(line) {
      const isOver = characters > mostCharacters
      characters += line.length + 1
      if (!isOver && characters > mostCharacters) onTooMuch()
      lines.push(printable(line.slice(0, keptCharacters)))
      if (lines.length > keptLines) lines.shift()
    },
    lastLines: () => lines,
    hasLine(pattern) {
      const found = seen.get(pattern) === true || lines.some((line) => line.search(pattern) >= 0)
      seen.set(pattern, found)
      return found
    },
    isTooMuch: () => characters > mostCharacters,
  }
}

/** Without colours, cursor movements and other control characters, which XML cannot hold either. */
function printable(line: string): string {
  return stripVTControlCharacters(line).replaceAll(
    /[\u0000-\u0008\u000b-\u001f\u007f\ufffe\uffff]/g,
    '',
  )
}
