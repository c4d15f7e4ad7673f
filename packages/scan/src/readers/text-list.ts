/** Objects of a list in JSON that are parsed one by one, each time the list is walked through. */
export class TextList implements Iterable<unknown> {
  readonly #text: string
  readonly #bounds: readonly number[]

  /** `bounds` are the start and the end of each element in the text. */
  constructor(text: string, bounds: readonly number[]) {
    this.#text = text
    this.#bounds = bounds
  }

  /** How many there are. */
  get length(): number {
    return this.#bounds.length / 2
  }

  /** @throws SyntaxError where an element is no JSON. */
  *[Symbol.iterator](): Generator {
    for (let index = 0; index < this.#bounds.length; index += 2) {
      yield JSON.parse(this.#text.slice(this.#bounds[index], this.#bounds[index + 1]))
    }
  }
}
