import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as valibot from 'valibot'
import { parse } from 'yaml'
import { root } from './workflow-file.ts'

/** A block of YAML in a page, as data. */
export interface Snippet {
  readonly page: string
  readonly line: number
  readonly data: unknown
}

/** A step or a job in a snippet that uses something of this repository. */
export interface Use {
  /** `actions/oci-auth` or `.github/workflows/build.yml`. */
  readonly path: string
  readonly inputs: Given
  readonly secrets: Given
  /** Of a job; a step has none. */
  readonly permissions: Given | undefined
  readonly id: string | undefined
}

type Given = Readonly<Record<string, unknown>>

const pages = ['*.md', 'docs/**/*.md', 'actions/*/*.md', 'examples/**/*.md', '.github/**/*.md']

/** All blocks of YAML in the pages of this repository. */
export async function readSnippets(): Promise<readonly Snippet[]> {
  const found = globSync(pages, { cwd: root, exclude: (name) => name.includes('node_modules') })
  const snippets = await Promise.all(found.sort().map(snippetsOf))
  return snippets.flat()
}

async function snippetsOf(page: string): Promise<readonly Snippet[]> {
  const text = await readFile(join(root, page), 'utf8')
  const blocks = text.matchAll(/^( *)```ya?ml\n([^]*?)^ *```/gm)
  return [...blocks].map(({ index, 1: indent = '', 2: block = '' }) => ({
    page,
    line: text.slice(0, index).split('\n').length,
    data: dataOf(block.replaceAll(new RegExp(`^${indent}`, 'gm'), '')),
  }))
}

/** A block may have several pieces of a file, with `# …` between them; some are patterns, no YAML. */
function dataOf(block: string): unknown {
  try {
    return block.split(/^# …$/m).map((piece): unknown => parse(piece))
  } catch (error) {
    if (block.includes('uses: oke-pipeline/')) throw error
    return undefined
  }
}

const Using = valibot.object({
  uses: valibot.string(),
  id: valibot.optional(valibot.string()),
  with: valibot.nullish(valibot.record(valibot.string(), valibot.unknown()), {}),
  secrets: valibot.optional(valibot.record(valibot.string(), valibot.unknown()), {}),
  permissions: valibot.optional(valibot.record(valibot.string(), valibot.unknown())),
})

const ours = /^oke-pipeline\/oke-pipeline\/(actions\/[a-z-]+|\.github\/workflows\/[a-z-]+\.yml)@v1$/

/** All uses of this repository in a snippet, at whatever depth they are. */
export function usesIn(data: unknown): readonly Use[] {
  if (typeof data !== 'object' || data === null) return []
  const inner = Object.values(data).flatMap(usesIn)
  const using = valibot.safeParse(Using, data)
  const path = using.success ? ours.exec(using.output.uses)?.[1] : undefined
  if (!using.success || path === undefined) return inner
  const { id, secrets, permissions } = using.output
  return [{ path, inputs: using.output.with, secrets, permissions, id }, ...inner]
}
