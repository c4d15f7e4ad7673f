import type { ActionDeclaration } from './action-manifest.ts'

/**
 * A README with its tables of inputs and outputs made anew, between the markers
 * `<!-- inputs:start -->` … `<!-- inputs:end -->` and the same for outputs.
 */
export function withTables(text: string, declaration: ActionDeclaration): string {
  const withInputs = between(text, 'inputs', inputTable(declaration))
  return between(withInputs, 'outputs', outputTable(declaration))
}

/** A text with something else between the markers of a name. */
export function between(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`]
  const [from, to] = [text.indexOf(start), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`A README lacks the markers ${start} … ${end}`)
  return `${text.slice(0, from + start.length)}\n\n${content}\n\n${text.slice(to)}`
}

function inputTable({ inputs }: ActionDeclaration): string {
  const rows = Object.entries(inputs).map(([name, input]) => [
    `\`${name}\`${input.isRequired ? ' (required)' : ''}`,
    input.kind.type,
    input.default === undefined ? '' : `\`${input.default}\``,
    input.description,
  ])
  return markdownTable([['Input', 'Type', 'Default', 'Description'], ...rows])
}

function outputTable({ outputs }: ActionDeclaration): string {
  const rows = Object.entries(outputs).map(([name, description]) => [`\`${name}\``, description])
  return markdownTable([['Output', 'Description'], ...rows])
}

/** A table in Markdown; its first row is the header. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [header = [], ...body] = rows
  return [header, header.map(() => '---'), ...body]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n')
}
