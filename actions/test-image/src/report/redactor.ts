import { formsOf } from '@oke-pipeline/core'

/**
 * Takes secrets out of text that goes where the runner does not mask: summaries and files.
 */
export function redactor(secrets: readonly string[]): (text: string) => string {
  // A longer form may have a shorter one in it.
  const forms = secrets.flatMap(formsOf).sort((one, other) => other.length - one.length)
  return (text) => forms.reduce((redacted, form) => redacted.replaceAll(form, '***'), text)
}
