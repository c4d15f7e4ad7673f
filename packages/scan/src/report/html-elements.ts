/** A piece of HTML; only the functions of this file make one, from text that they escape. */
export interface Html {
  readonly html: string
}

/** What an element holds: text, which is escaped, and other elements. */
export type Content = string | Html

type Attributes = Readonly<Partial<Record<'class' | 'href' | 'rel', string>>>

type ElementName =
  | 'a'
  | 'code'
  | 'dd'
  | 'details'
  | 'dl'
  | 'dt'
  | 'footer'
  | 'h1'
  | 'h2'
  | 'header'
  | 'li'
  | 'main'
  | 'p'
  | 'section'
  | 'small'
  | 'span'
  | 'strong'
  | 'summary'
  | 'ul'

/** An element with what is in it. */
export function element(
  name: ElementName,
  attributes: Attributes,
  ...content: readonly Content[]
): Html {
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${escapedText(value)}"`,
  )
  return { html: `<${name}${written.join('')}>${content.map(htmlOf).join('')}</${name}>` }
}

/** A list; nothing where there is nothing to list. */
export function list(items: readonly Content[], attributes: Attributes = {}): Content {
  if (items.length === 0) return ''
  return element('ul', attributes, ...items.map((item) => element('li', {}, item)))
}

/** A whole page that may load nothing and run nothing, whatever is in it. */
export function page(title: string, style: string, content: readonly Content[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapedText(title)}</title>
<style>${style}</style>
</head>
<body>
${content.map(htmlOf).join('\n')}
</body>
</html>
`
}

function htmlOf(content: Content): string {
  return typeof content === 'string' ? escapedText(content) : content.html
}

function escapedText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
