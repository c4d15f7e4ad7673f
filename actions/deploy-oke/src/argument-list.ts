import { UnacceptableValue } from '@oke-pipeline/core'
import type { Kind } from '@oke-pipeline/core'

/** A program and its arguments as a JSON list: never a line for a shell. */
export function argumentList(): Kind<readonly string[]> {
  return {
    type: 'Command',
    expects: 'a program and its arguments as a JSON list, such as ["jsonnet", "-y", "app.jsonnet"]',
    parse(text) {
      const value = jsonOf(text)
      if (!isTextList(value) || (value[0] ?? '') === '') throw new UnacceptableValue('')
      return value
    },
  }
}

function isTextList(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) && value.every((item) => typeof item === 'string' && !item.includes('\0'))
  )
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What is no JSON is no list either.
    return undefined
  }
}
