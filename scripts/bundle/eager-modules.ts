import { parse } from '@swc/core'
import type { Expression, ModuleItem, Span } from '@swc/core'

/**
 * Puts the functions that are the modules of a bundle in parentheses. V8 takes those for functions
 * that are called at once, and compiles them as it reads them; others it reads twice, the first
 * time only to find where they end. Nearly all modules of a bundle are called at once.
 */
export async function withEagerModules(code: string): Promise<string> {
  const { body, span } = await parse(code, { syntax: 'ecmascript', target: 'es2022' })
  const bytes = Buffer.from(code)
  const parts: Uint8Array[] = []
  let done = 0
  for (const { start, end } of body.flatMap(modulesIn)) {
    // Places are counted in bytes, and from where the parser was before.
    const [from, to] = [start - span.start, end - span.start]
    parts.push(bytes.subarray(done, from), openingBracket, bytes.subarray(from, to), closingBracket)
    done = to
  }
  return Buffer.concat([...parts, bytes.subarray(done)]).toString()
}

const openingBracket = Buffer.from('(')
const closingBracket = Buffer.from(')')

/** The modules are what a table at the top of the file, or the one that it exports, has by number. */
function modulesIn(item: ModuleItem): readonly Span[] {
  const statement = item.type === 'ExportDeclaration' ? item.declaration : item
  if (statement.type !== 'VariableDeclaration') return []
  return statement.declarations.flatMap(({ init }) => functionsByNumber(init))
}

function functionsByNumber(table: Expression | undefined): readonly Span[] {
  if (table?.type !== 'ObjectExpression') return []
  return table.properties.flatMap((property) => {
    if (property.type !== 'KeyValueProperty' || property.key.type !== 'NumericLiteral') return []
    const { value } = property
    const isFunction =
      value.type === 'ArrowFunctionExpression' || value.type === 'FunctionExpression'
    return isFunction ? [value.span] : []
  })
}
