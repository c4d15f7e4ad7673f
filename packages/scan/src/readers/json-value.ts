import { TextList } from './text-list.ts'

/**
 * Checks of foreign JSON, one value at a time. Reports have up to a million findings: a schema
 * library takes some thirty times as long for each as these few comparisons do.
 */

/** A value of a report that is not what its format says. */
export class Malformed extends Error {
  /** The way to it: `matches[3].artifact.name`. */
  readonly place: string
  readonly problem: string

  constructor(place: string, problem: string, cause?: unknown) {
    super(`${place === '' ? 'the report' : place} ${problem}`, { cause })
    this.name = new.target.name
    this.place = place
    this.problem = problem
  }
}

/** A list of JSON: an array, or one whose elements are parsed when they are looked at. */
export interface JsonList extends Iterable<unknown> {
  readonly length: number
}

/** One empty list for all: most findings have several. */
const nothing: readonly never[] = []

/** Whether a value is a list. */
export function isList(value: unknown): value is JsonList {
  return Array.isArray(value) || value instanceof TextList
}

/** An object of JSON. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Whether a value is an object, and neither null nor a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value)
}

/** The value as an object. */
export function asObject(value: unknown, place = ''): JsonObject {
  if (isObject(value)) return value
  throw new Malformed(place, `is ${kindOf(value)} instead of an object`)
}

/** A text that must be there and not be empty. */
export function textAt(object: JsonObject, key: string): string {
  const value = object[key]
  if (typeof value === 'string' && value !== '') return value
  throw new Malformed(key, value === '' ? 'is empty' : `is ${kindOf(value)} instead of a text`)
}

/** A text; undefined where there is none, or an empty one. */
export function optionalText(object: JsonObject, key: string): string | undefined {
  const value = object[key]
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value === 'string') return value
  throw new Malformed(key, `is ${kindOf(value)} instead of a text`)
}

/** A number; undefined where there is none. */
export function optionalNumber(object: JsonObject, key: string): number | undefined {
  const value = object[key]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number') return value
  throw new Malformed(key, `is ${kindOf(value)} instead of a number`)
}

/** A yes or no; undefined where it is not said. */
export function optionalBoolean(object: JsonObject, key: string): boolean | undefined {
  const value = object[key]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'boolean') return value
  throw new Malformed(key, `is ${kindOf(value)} instead of true or false`)
}

/** A point in time; undefined where there is none, or one that is no date. */
export function optionalDate(object: JsonObject, key: string): Date | undefined {
  const text = optionalText(object, key)
  if (text === undefined) return undefined
  const date = new Date(text)
  // Go writes the year 1 where it knows of no time.
  return Number.isNaN(date.getTime()) || date.getTime() < 0 ? undefined : date
}

/** An object; undefined where there is none. */
export function optionalObject(object: JsonObject, key: string): JsonObject | undefined {
  const value = object[key]
  return value === undefined || value === null ? undefined : asObject(value, key)
}

/** An object that must be there. */
export function objectAt(object: JsonObject, key: string): JsonObject {
  return asObject(object[key], key)
}

/** A list that must be there. */
export function listAt(object: JsonObject, key: string): JsonList {
  const value = object[key]
  if (isList(value)) return value
  throw new Malformed(key, `is ${kindOf(value)} instead of a list`)
}

/** A list; an empty one where it is not there. `null` counts as not there only where it is written so. */
export function optionalList(
  object: JsonObject,
  key: string,
  { isNullable = true }: { readonly isNullable?: boolean } = {},
): JsonList {
  const value = object[key]
  if (value === undefined || (isNullable && value === null)) return nothing
  return listAt(object, key)
}

/** Texts; none where the list is not there. */
export function optionalTexts(object: JsonObject, key: string): readonly string[] {
  const texts: string[] = []
  for (const value of optionalList(object, key)) {
    if (typeof value !== 'string') {
      throw new Malformed(`${key}[${texts.length}]`, `is ${kindOf(value)} instead of a text`)
    }
    texts.push(value)
  }
  return texts.length === 0 ? nothing : texts
}

/** The first element of a list; undefined where there is none. */
export function firstOf(list: JsonList): unknown {
  for (const value of list) return value
  return undefined
}

/** Reads each object of a list, and says in which one something is wrong. */
export function eachOf<T>(
  list: Iterable<unknown>,
  key: string,
  read: (object: JsonObject, index: number) => T,
): readonly T[] {
  const results: T[] = []
  for (const value of list) {
    const index = results.length
    results.push(
      readWithin(
        value,
        (object) => read(object, index),
        () => `${key}[${index}]`,
      ),
    )
  }
  return results.length === 0 ? nothing : results
}

/** Reads an object that is at a place, and puts the place before what is wrong in it. */
function readWithin<T>(value: unknown, read: (object: JsonObject) => T, place: () => string): T {
  try {
    return read(asObject(value))
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    throw new Malformed(joined(place(), error.place), error.problem, error)
  }
}

/** Reads the object at a key, with its place in what is wrong. */
export function inside<T>(object: JsonObject, key: string, read: (inner: JsonObject) => T): T {
  return readWithin(object[key], read, () => key)
}

function joined(outer: string, inner: string): string {
  if (inner === '') return outer
  return inner.startsWith('[') ? `${outer}${inner}` : `${outer}.${inner}`
}

/**
 * Refuses keys that hold lists or objects and that are not known: a mistyped or newer key may hold
 * findings that nobody would read.
 */
export function refuseUnknownParts(object: JsonObject, known: ReadonlySet<string>): void {
  for (const key in object) {
    if (known.has(key)) continue
    const value = object[key]
    if (typeof value === 'object' && value !== null) {
      throw new Malformed(key, 'is not a part of this format that is known here')
    }
  }
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (isList(value)) return 'a list'
  if (typeof value === 'string') return 'a text'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
