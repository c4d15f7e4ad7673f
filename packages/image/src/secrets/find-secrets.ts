import { secretPatterns, secretTriggers } from './secret-patterns.ts'
import type { SecretPattern } from './secret-patterns.ts'

/** A secret that was found; itself it is never kept. */
export interface FoundSecret {
  readonly pattern: SecretPattern
  /** A few of its characters, so that its owner knows it again. */
  readonly masked: string
}

/** No secret is longer, before and after what triggers the search. */
const reach = { before: 80, after: 8300 }

/** The secrets in a text, each kind once. */
export function findSecrets(text: string): readonly FoundSecret[] {
  const search = new SecretSearch()
  search.add(text)
  return search.end()
}

/** The secrets in a stream of bytes, each kind once; it is read to its end. */
export async function findSecretsIn(
  chunks: AsyncIterable<Uint8Array>,
): Promise<readonly FoundSecret[]> {
  const search = new SecretSearch()
  for await (const chunk of chunks) {
    search.add(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1'))
  }
  return search.end()
}

/** Looks through a text that comes in pieces; a secret may lie across two of them. */
class SecretSearch {
  #text = ''
  /** Up to where triggers were looked for. */
  #searched = 0
  readonly #found = new Map<string, FoundSecret>()

  add(piece: string): void {
    this.#text += piece
    this.#look(this.#text.length - reach.after)
    const kept = Math.max(0, this.#searched - reach.before)
    this.#text = this.#text.slice(kept)
    this.#searched -= kept
  }

  end(): readonly FoundSecret[] {
    this.#look(this.#text.length)
    return [...this.#found.values()]
  }

  /** Looks for what is triggered before that position. */
  #look(until: number): void {
    if (until <= this.#searched) return
    secretTriggers.lastIndex = this.#searched
    for (
      let hit = secretTriggers.exec(this.#text);
      hit !== null;
      hit = secretTriggers.exec(this.#text)
    ) {
      if (hit.index >= until) break
      this.#judge(hit.index)
    }
    this.#searched = until
  }

  #judge(position: number): void {
    const from = Math.max(0, position - reach.before)
    const around = this.#text.slice(from, position + reach.after)
    for (const pattern of secretPatterns) {
      const text = this.#found.has(pattern.id) ? undefined : pattern.expression.exec(around)?.[0]
      if (text === undefined || pattern.isReal?.(text) === false) continue
      this.#found.set(pattern.id, { pattern, masked: masked(text) })
    }
  }
}

/** What a secret begins with says of which kind it is; the rest is nobody's business. */
export function masked(secret: string): string {
  const [start = ''] = secret.split(/\s/, 1)
  return `${start.slice(0, Math.min(4, Math.floor(secret.length / 4)))}…`
}
