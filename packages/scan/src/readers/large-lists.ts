import { randomUUID } from 'node:crypto'
import { TextList } from './text-list.ts'

/** Lists with fewer elements are parsed with the rest of the document. */
const fewest = 500
/** How deep large lists are: `Results[].Vulnerabilities[]` is the deepest. */
const deepest = 4

/**
 * Parses JSON, but for large lists of objects, whose elements are parsed one by one when they are
 * looked at. A tree of a million objects takes many times the memory of its text, and most of the
 * time that reading it would take goes into collecting it as garbage.
 * @throws SyntaxError
 */
export function parseWithLargeLists(text: string): unknown {
  const lists = largeListsIn(text)
  if (lists.length === 0) return JSON.parse(text)
  // Nobody can have written this name into a report.
  const name = randomUUID()
  const pieces: string[] = []
  let end = 0
  lists.forEach((list, index) => {
    pieces.push(text.slice(end, list.start), `{"${name}":${index}}`)
    end = list.end
  })
  const rest: unknown = JSON.parse([...pieces, text.slice(end)].join(''))
  return filled(rest, { name, lists: lists.map(({ bounds }) => new TextList(text, bounds)) }, 0)
}

interface Found {
  readonly start: number
  readonly end: number
  /** Start and end of each element, one after the other. */
  readonly bounds: readonly number[]
}

interface Blanks {
  readonly name: string
  readonly lists: readonly TextList[]
}

/** Puts the lists where they were. */
function filled(value: unknown, blanks: Blanks, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > deepest) return value
  const index: unknown = Reflect.get(value, blanks.name)
  if (typeof index === 'number') return blanks.lists[index]
  const holder = value as Record<string, unknown>
  for (const key of Object.keys(holder)) holder[key] = filled(holder[key], blanks, depth + 1)
  return holder
}

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const openList = 0x5b
const closeList = 0x5d
const openObject = 0x7b
const closeObject = 0x7d
const space = 0x20

/** A container that is open while the text is walked through. */
interface Open {
  readonly isList: boolean
  readonly start: number
  /** Undefined where it is no list, too deep, or has something else than objects. */
  bounds: number[] | undefined
  /** Whether a comma or the end has to come next. */
  isAfterElement: boolean
}

/** Large lists, in the order in which they begin; none where the text is no well-formed JSON. */
function largeListsIn(text: string): readonly Found[] {
  const open: Open[] = []
  let found: Found[] = []
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code <= space) continue
    if (code === openObject || code === openList) {
      begin(open, { isList: code === openList, at })
    } else if (code === closeObject || code === closeList) {
      const closed = open.pop()
      if (closed?.isList !== (code === closeList)) return []
      found = withList(found, closed, at + 1)
      finish(open.at(-1), at + 1)
    } else {
      separate(open.at(-1), code)
      if (code === quote) at = endOfText(text, at)
    }
  }
  return open.length === 0 ? found : []
}

/** A comma where one may be; anything else than objects and commas leaves a list to JSON.parse. */
function separate(holder: Open | undefined, code: number): void {
  if (holder === undefined) return
  if (code === comma && holder.isAfterElement) holder.isAfterElement = false
  else holder.bounds = undefined
}

/** Where the text that begins at a quote ends. */
function endOfText(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end === -1 ? text.length : end
}

function isEscaped(text: string, at: number): boolean {
  let before = at - 1
  while (text.charCodeAt(before) === backslash) before -= 1
  return (at - before) % 2 === 0
}

function begin(
  open: Open[],
  { isList, at }: { readonly isList: boolean; readonly at: number },
): void {
  const holder = open.at(-1)
  if (holder?.bounds !== undefined) {
    if (isList || holder.isAfterElement) holder.bounds = undefined
    else holder.bounds.push(at)
  }
  const bounds = isList && open.length < deepest ? [] : undefined
  open.push({ isList, start: at, bounds, isAfterElement: false })
}

function finish(holder: Open | undefined, end: number): void {
  if (holder?.bounds === undefined) return
  holder.bounds.push(end)
  holder.isAfterElement = true
}

function withList(found: Found[], { bounds, start, isAfterElement }: Open, end: number): Found[] {
  if (bounds === undefined || !isAfterElement || bounds.length < fewest * 2) return found
  // Those inside of it are parsed with its elements.
  const outside = found.filter((list) => list.start < start)
  outside.push({ start, end, bounds })
  return outside
}
