import { describe, expect, it } from '@jest/globals'
import {
  commentLimits,
  plainLine,
  renderCsv,
  renderHtml,
  renderJson,
  renderMarkdown,
  renderSarif,
} from '../../src/index.ts'
import { hostile, hostileReport } from './sample-report.ts'
import { sarifProblems } from './sarif-schema.ts'

const report = hostileReport()
const options = { category: 'scan-gate', includeSuppressed: true }
const megabyte = 1024 * 1024

const texts = [
  { name: 'summary', text: renderMarkdown(report) },
  { name: 'comment', text: renderMarkdown(report, commentLimits) },
  { name: 'HTML page', text: renderHtml(report) },
  { name: 'CSV', text: renderCsv(report) },
  { name: 'SARIF', text: renderSarif(report, options).text },
] as const

describe('a report of hostile findings', () => {
  it.each(texts)('has nothing for a terminal to obey in its $name', ({ text }) => {
    const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202e\u2066\u200b]/
    expect(forbidden.exec(text)?.index).toBeUndefined()
    expect(text.includes(']8;;')).toBe(false)
  })

  // Nobody prints a page; it keeps the lines of descriptions.
  it.each(texts.filter(({ name }) => name !== 'HTML page'))(
    'has nothing for a runner to obey in its $name',
    ({ text }) => expect(/^\s*::/m.exec(text)?.[0]).toBeUndefined(),
  )

  it.each(texts)('is small as a $name, whatever the length of descriptions', ({ text }) => {
    expect(text.length).toBeLessThan(megabyte / 4)
  })

  it.each(texts.slice(0, 2))('has only its own elements and links in the $name', ({ text }) => {
    const elements = [...text.matchAll(/<\/?([a-z!]+)/gi)].map(([, name]) => name)
    expect(new Set(elements)).toEqual(new Set(['code', 'a', 'details', 'summary']))
    const links = [...text.matchAll(/href="([^"]*)"/g)].map(([, link = '']) => link)
    expect(
      links.filter((link) => !link.startsWith('https&#') && !link.startsWith('https:')),
    ).toEqual([])
    expect(/!\[|\]\(|```/.exec(text)?.[0]).toBeUndefined()
    expect(text.includes('@octocat')).toBe(false)
  })

  it('has as many cells in every row of a table as in its header', () => {
    for (const block of renderMarkdown(report).split('\n\n')) {
      const rows = block.split('\n').filter((line) => line.startsWith('|'))
      expect(new Set(rows.map((row) => row.split('|').length)).size).toBeLessThanOrEqual(1)
    }
  })

  it('runs nothing and loads nothing as a page', () => {
    const text = renderHtml(report)
    const elements = new Set([...text.matchAll(/<([a-z0-9]+)/gi)].map(([, name]) => name))
    for (const name of ['script', 'img', 'svg', 'iframe', 'object', 'embed', 'link', 'form']) {
      expect(elements).not.toContain(name)
    }
    expect(/<[^>]*\son[a-z]+=/i.exec(text)?.[0]).toBeUndefined()
    expect(/href="(?!https?:)[^"]*/.exec(text)?.[0]).toBeUndefined()
    expect(text).toContain("default-src 'none'")
  })

  it('has no formula in its CSV', () => {
    const cells = renderCsv(report)
      .split('\r\n')
      .flatMap((line) => line.split(/(?:^|,)(?="|[^",])/))
    expect(cells.filter((cell) => /^"?[=+\-@]/.test(cell))).toEqual([])
    expect(renderCsv(report)).toContain("'=HYPERLINK")
  })

  it('is valid SARIF and JSON', () => {
    expect(sarifProblems(JSON.parse(renderSarif(report, options).text))).toEqual([])
    expect(JSON.parse(renderJson(report))).toMatchObject({ verdict: 'fail' })
  })
})

describe('plainLine', () => {
  it.each([
    { text: '\u001b[31mred\u001b[0m', plain: 'red' },
    { text: '\u001b]8;;https://evil.invalid\u0007link\u001b]8;;\u0007', plain: 'link' },
    { text: 'a\u202eb\u0000c\ufeff', plain: 'abc' },
    { text: ' a \r\n b\t', plain: 'a b' },
    { text: 'Zoë 日本 👍', plain: 'Zoë 日本 👍' },
  ])('makes $plain of %j', ({ text, plain }) => {
    expect(plainLine(text)).toBe(plain)
  })

  it('cuts long text, and no character in two', () => {
    expect(plainLine('x'.repeat(megabyte), 10)).toBe('xxxxxxxxx…')
    expect(plainLine('👍'.repeat(20), 10)).toBe('👍👍👍👍…')
  })

  it.each(hostile)('is the same the second time for %j', (text) => {
    expect(plainLine(plainLine(text))).toBe(plainLine(text))
  })
})
