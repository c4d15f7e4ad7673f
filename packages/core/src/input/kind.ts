/** Thrown by a kind that does not accept a value; `message` completes "got …, but …". */
export class UnacceptableValue extends Error {}

/** A kind of input value: how its text becomes a value, and what it says of itself. */
export interface Kind<T> {
  /** Heading in the README table: `Text`, `List`, `Duration`… */
  readonly type: string
  /** Completes the sentence "expected …": `a digest such as sha256:… (64 hex digits)`. */
  readonly expects: string
  /**
   * Turns the text of an input, never empty, into a value.
   * @throws {@link UnacceptableValue} when the text is not of this kind.
   */
  parse(text: string): T
  /** The parts of the text that must never be logged; none for a kind that is not secret. */
  secretsOf?(text: string): readonly string[]
}

/** A kind whose values are mapped by another parser, such as one of a domain package. */
export function parsedBy<T>(kind: Omit<Kind<T>, 'parse'>, parse: (text: string) => T): Kind<T> {
  return {
    ...kind,
    parse(text) {
      try {
        return parse(text)
      } catch (error) {
        throw new UnacceptableValue(error instanceof Error ? error.message : String(error), {
          cause: error,
        })
      }
    },
  }
}
