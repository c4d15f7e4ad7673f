/**
 * Markdown that cannot be broken by foreign text: GitHub renders HTML in job summaries, and
 * `@actions/core` escapes nothing.
 */

/** Escapes text for use in a line of Markdown, a table cell included. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_{}[\]()#+!|~@]/g, (character) => `&#${character.codePointAt(0) ?? 0};`)
    .replaceAll(/\s*[\r\n]+\s*/g, ' ')
}

/** Text in a fixed-width font, in one line. */
export function code(text: string): string {
  return `<code>${escaped(text)}</code>`
}

/** A block of text in a fixed-width font, lines kept. */
export function codeBlock(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => escaped(line).replaceAll(/^\s+/g, indentation))
  return `<pre><code>${lines.join('\n')}</code></pre>\n`
}

/** Lines of a diff, which GitHub colours; the fence is longer than any that the lines could hold. */
export function diffBlock(lines: readonly string[]): string {
  const text = lines.flatMap((line) => line.split(/\r?\n/)).join('\n')
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}diff\n${text}\n${fence}\n`
}

function indentation(blanks: string): string {
  return '&nbsp;'.repeat(blanks.length)
}

/** A heading of the third level, where summaries of a step start. */
export function heading(text: string): string {
  return `### ${escaped(text)}\n`
}

/** A paragraph of Markdown made of parts that are escaped already. */
export function paragraph(markdown: string): string {
  return `${markdown}\n`
}

/** A table; cells are Markdown that is escaped already. At most `limit` rows are shown. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  limit = 50,
): string {
  const shown = rows.slice(0, limit)
  const lines = [header, header.map(() => '---'), ...shown].map((row) => `| ${row.join(' | ')} |`)
  const hidden = rows.length - shown.length
  const rest = hidden > 0 ? `\n\n… ${hidden} more` : ''
  return `${lines.join('\n')}${rest}\n`
}

/** A part that is folded until it is asked for; the content is Markdown. */
export function details(title: string, markdown: string): string {
  return `<details><summary>${escaped(title)}</summary>\n\n${markdown}\n</details>\n`
}

/** Joins parts of a summary with the blank lines that Markdown needs. */
export function document(...parts: readonly (string | undefined)[]): string {
  return parts
    .filter((part) => part !== undefined && part !== '')
    .map((part) => part?.trimEnd() ?? '')
    .join('\n\n')
    .concat('\n')
}

/** GitHub drops a step's summary that is larger than 1 MiB; ours end before. */
export const summaryLimitBytes = 1024 * 1024

/** Cuts a summary at a line so that it stays within GitHub's limit, and says so. */
export function withinLimit(markdown: string, limitBytes = summaryLimitBytes): string {
  if (Buffer.byteLength(markdown) <= limitBytes) return markdown
  const note = '\n\n… cut: the summary is larger than GitHub shows.\n'
  const room = limitBytes - Buffer.byteLength(note)
  const cut = Buffer.from(markdown).subarray(0, room).toString('utf8')
  return `${cut.slice(0, cut.lastIndexOf('\n'))}${note}`
}
