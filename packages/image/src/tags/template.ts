import { InvalidDateFormat, formatDate } from './date-format.ts'

/** Thrown for a template that is not understood; says what is wrong with it. */
export class InvalidTemplate extends Error {}

/** An expression in a template: `{{branch}}`, `{{date 'YYYYMMDD' tz='Asia/Tokyo'}}`. */
export interface Expression {
  readonly name: string
  /** Of a date. */
  readonly format: string
  readonly timezone: string
}

/** Text with expressions in it. */
export type Template = readonly (string | Expression)[]

/** The expressions that write a date by a format. */
const dates = ['date', 'commit_date']

const expressionGrammar =
  /^\s*(?<name>\w+)(?:\s+(?<quote>['"])(?<format>.*?)\k<quote>)?(?:\s+tz=(?<zoneQuote>['"])(?<timezone>.*?)\k<zoneQuote>)?\s*$/

/**
 * Reads a template that may use some expressions, in the syntax of docker/metadata-action.
 * @throws {@link InvalidTemplate}
 */
export function parseTemplate(text: string, known: readonly string[]): Template {
  return text
    .split(/(\{\{[^]*?\}\})/)
    .filter((piece) => piece !== '')
    .map((piece) => (piece.startsWith('{{') ? expressionOf(piece, known) : literal(piece)))
}

function literal(piece: string): string {
  if (piece.includes('{{')) throw new InvalidTemplate(`"${piece}" has no closing "}}"`)
  return piece
}

function expressionOf(piece: string, known: readonly string[]): Expression {
  const groups = expressionGrammar.exec(piece.slice(2, -2))?.groups
  const { name = '', format, timezone } = groups ?? {}
  if (groups === undefined || !known.includes(name)) {
    throw new InvalidTemplate(`${piece} is unknown; known here: ${known.map(shownName).join(', ')}`)
  }
  return dates.includes(name)
    ? dateExpression(piece, name, { format, timezone })
    : plainExpression(piece, name, format ?? timezone)
}

function shownName(name: string): string {
  return dates.includes(name) ? `{{${name} 'YYYYMMDD'}}` : `{{${name}}}`
}

function plainExpression(piece: string, name: string, extra: string | undefined): Expression {
  if (extra !== undefined) throw new InvalidTemplate(`${piece}: "${name}" takes nothing else`)
  return { name, format: '', timezone: 'UTC' }
}

function dateExpression(
  piece: string,
  name: string,
  given: { readonly format: string | undefined; readonly timezone: string | undefined },
): Expression {
  const { format, timezone = 'UTC' } = given
  if (format === undefined) {
    throw new InvalidTemplate(`${piece} lacks its format, such as {{${name} 'YYYYMMDD'}}`)
  }
  try {
    formatDate(new Date(0), format, timezone)
  } catch (error) {
    if (!(error instanceof InvalidDateFormat)) throw error
    throw new InvalidTemplate(`${piece}: ${error.message}`, { cause: error })
  }
  return { name, format, timezone }
}

/** The text of a template, with the values of its expressions in it. */
export function renderTemplate(
  template: Template,
  valueOf: (expression: Expression) => string,
): string {
  return template.map((piece) => (typeof piece === 'string' ? piece : valueOf(piece))).join('')
}
