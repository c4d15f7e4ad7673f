/** An SPDX licence expression; a leaf may have an exception: `GPL-2.0-only WITH Classpath-exception-2.0`. */
type Expression =
  | { readonly kind: 'licence'; readonly id: string; readonly exception: string | undefined }
  | { readonly kind: 'AND' | 'OR'; readonly parts: readonly Expression[] }

/** Questions to a list of licences about an expression. */
export interface LicenceTest {
  /** Whether licences of the list alone are enough. */
  possible(expression: string): boolean
  /** Whether there is no way around a licence of the list. */
  unavoidable(expression: string): boolean
}

const deepest = 32

/** Makes questions to a list of SPDX identifiers, whose case does not count. */
export function licenceTest(ids: readonly string[]): LicenceTest {
  const list = new Set(ids.map((id) => id.toLowerCase()))
  const isListed = (id: string, exception: string | undefined): boolean =>
    list.has(id.toLowerCase()) ||
    (exception !== undefined && list.has(`${id} with ${exception}`.toLowerCase()))
  // An exception gives more rights: the bare licence in a list of denied ones does not mean it.
  const isMeant = (id: string, exception: string | undefined): boolean =>
    list.has((exception === undefined ? id : `${id} with ${exception}`).toLowerCase())
  return {
    possible: (text) => evaluate(parse(text), { and: 'every', leaf: isListed }),
    unavoidable: (text) => evaluate(parse(text), { and: 'some', leaf: isMeant }),
  }
}

interface Question {
  /** Whether the answer for a conjunction is that of all parts or of one; a choice is the other. */
  readonly and: 'every' | 'some'
  readonly leaf: (id: string, exception: string | undefined) => boolean
}

function evaluate(expression: Expression, question: Question): boolean {
  if (expression.kind === 'licence') return question.leaf(expression.id, expression.exception)
  const isEvery = (expression.kind === 'AND') === (question.and === 'every')
  const answer = (part: Expression): boolean => evaluate(part, question)
  return isEvery ? expression.parts.every(answer) : expression.parts.some(answer)
}

/** Reads an expression; text that is none is the name of one licence. */
function parse(text: string): Expression {
  const tokens = text.match(/[()]|[^\s()]+/g) ?? []
  const reader = { tokens, position: 0 }
  const expression = readChoice(reader, 0)
  const isWhole = reader.position === tokens.length
  return expression !== undefined && isWhole
    ? expression
    : { kind: 'licence', id: text.trim(), exception: undefined }
}

interface Reader {
  readonly tokens: readonly string[]
  position: number
}

function readChoice(reader: Reader, depth: number): Expression | undefined {
  return readList(reader, 'OR', () => readConjunction(reader, depth))
}

function readConjunction(reader: Reader, depth: number): Expression | undefined {
  return readList(reader, 'AND', () => readPart(reader, depth))
}

function readList(
  reader: Reader,
  kind: 'AND' | 'OR',
  readItem: () => Expression | undefined,
): Expression | undefined {
  const parts: Expression[] = []
  do {
    const part = readItem()
    if (part === undefined) return undefined
    parts.push(part)
  } while (accept(reader, kind))
  const [only] = parts
  return parts.length === 1 ? only : { kind, parts }
}

function readPart(reader: Reader, depth: number): Expression | undefined {
  if (depth > deepest) return undefined
  if (accept(reader, '(')) {
    const inner = readChoice(reader, depth + 1)
    return accept(reader, ')') ? inner : undefined
  }
  const id = readName(reader)
  if (id === undefined) return undefined
  if (!accept(reader, 'WITH')) return { kind: 'licence', id, exception: undefined }
  const exception = readName(reader)
  return exception === undefined ? undefined : { kind: 'licence', id, exception }
}

function readName(reader: Reader): string | undefined {
  const token = reader.tokens[reader.position]
  if (token === undefined || /^(?:\(|\)|AND|OR|WITH)$/i.test(token)) return undefined
  reader.position += 1
  return token
}

function accept(reader: Reader, word: string): boolean {
  if (reader.tokens[reader.position]?.toUpperCase() !== word) return false
  reader.position += 1
  return true
}
