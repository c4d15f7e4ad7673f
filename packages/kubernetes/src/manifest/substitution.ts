import { isMap, isScalar, parseDocument, visit } from 'yaml'
import type { Document, Scalar } from 'yaml'
import { kubernetesYaml } from './yaml-dialect.ts'

/** The variables that may be named in a text as `${NAME}`. */
export interface Substitution {
  readonly variables: ReadonlyMap<string, string>
  /** Called with each value that gets into a Secret. */
  readonly mask: (value: string) => void
}

/** A reference in a text that cannot be replaced. */
export interface SubstitutionFault {
  /** A sentence without its full stop. */
  readonly problem: string
  readonly offset: number
}

/** The annotation by which an object says that its `${…}` are its own. */
const annotation = ['metadata', 'annotations', 'oke-pipeline.dev/substitute']

/**
 * Puts variables into the texts of a document, in place. A value never becomes structure: it stays
 * within the text that names it. Only where a text without quotes is nothing but `${NAME}`, the
 * value is read as a text without quotes would be there: `3` is a number, `true` a boolean. `$${…}`
 * stays as `${…}`.
 */
export function substituteIn(
  document: Document.Parsed,
  substitution: Substitution,
): readonly SubstitutionFault[] {
  if (document.getIn(annotation) === 'disabled') return []
  const faults: SubstitutionFault[] = []
  const used = new Set<string>()
  visit(document, {
    Scalar(key, node) {
      if (typeof node.value !== 'string' || !node.value.includes('${')) return
      const text = replaced(node.value, substitution.variables)
      for (const name of text.used) used.add(substitution.variables.get(name) ?? '')
      const offset = node.range?.[0] ?? 0
      faults.push(...text.problems.map((problem) => ({ problem, offset })))
      putValue(node, text, key === 'key')
    },
  })
  if (isSecret(document)) for (const value of used) substitution.mask(value)
  return faults
}

interface Replaced {
  readonly text: string
  readonly used: readonly string[]
  readonly problems: readonly string[]
}

function replaced(text: string, variables: ReadonlyMap<string, string>): Replaced {
  const used: string[] = []
  const problems: string[] = []
  const result = text.replaceAll(
    /(\$?)(\$\{([^{}]*)\})/g,
    (whole: string, escape: string, reference: string, name: string) => {
      if (escape !== '') return reference
      const value = variables.get(name)
      if (value === undefined) problems.push(unknownReference(reference, name))
      else used.push(name)
      return value ?? whole
    },
  )
  return { text: result, used, problems }
}

function unknownReference(reference: string, name: string): string {
  const keep = `write "$${reference}" to keep it as it is`
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
    ? `has "${reference}", which "substitute" does not declare: add ${name} there, or ${keep}`
    : `has "${reference}", which names no variable: only \${NAME} is replaced; ${keep}`
}

function putValue(node: Scalar, { text, used }: Replaced, isKey: boolean): void {
  const isWhole =
    node.type === 'PLAIN' && used.length === 1 && node.value === `\${${used[0] ?? ''}}`
  node.value = isWhole && !isKey ? plainValue(text) : text
}

/** What a text without quotes means; the text itself where it would be more than one value. */
function plainValue(text: string): unknown {
  const document = parseDocument(text, kubernetesYaml)
  const { contents } = document
  const isPlain =
    document.errors.length === 0 &&
    isScalar(contents) &&
    contents.type === 'PLAIN' &&
    contents.source === text
  return isPlain ? contents.value : text
}

function isSecret(document: Document.Parsed): boolean {
  return isMap(document.contents) && document.get('kind') === 'Secret'
}
