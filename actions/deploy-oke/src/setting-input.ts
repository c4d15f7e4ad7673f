import type { Input } from '@oke-pipeline/core'

/**
 * An input with a default that the environments file may also set. action.yml must not have that
 * default: the runner would give it with each step, and what is given wins over the file.
 */
export function settingInput<T>({ kind, description, ...input }: Input<T>): Input<T | undefined> {
  const standard = input.default === undefined ? '' : ` By default \`${input.default}\`.`
  return { kind, description: `${description}${standard}`, isRequired: false, default: undefined }
}
