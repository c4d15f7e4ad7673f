// Writes what is derived: the inputs and outputs of each action.yml from the action's declaration,
// the tables of its README from both, the JSON Schemas, the table of an environment's settings, and
// that of OCI's regions. With --check it only says what is out of date; names limit it to some actions.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import prettier from 'prettier'
import { actionNames, root } from './actions.ts'
import { accessFiles } from './generate/access-files.ts'
import { withDeclaration } from './generate/action-manifest.ts'
import type { ActionDeclaration } from './generate/action-manifest.ts'
import { withTables } from './generate/readme-tables.ts'
import { regionTable, regionTablePath } from './generate/region-table.ts'
import { environmentsGuide, withSettings } from './generate/settings-table.ts'
import { jsonSchemas } from './json-schemas.ts'

const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean', default: false } },
  allowPositionals: true,
})

const stale: string[] = []
for (const name of positionals.length > 0 ? positionals : actionNames()) {
  const declaration = await declarationOf(name)
  await derive(`actions/${name}/action.yml`, (text) => withDeclaration(text, declaration))
  await derive(`actions/${name}/README.md`, (text) => withTables(text, declaration))
}
for (const [path, text] of Object.entries(await jsonSchemas())) await derive(path, () => text)
for (const [path, change] of Object.entries(await accessFiles())) await derive(path, change)
await derive(environmentsGuide, withSettings)
const regions = await regionTable()
await derive(regionTablePath, () => regions)
if (stale.length > 0 && values.check) {
  console.error(`Out of date: ${stale.join(', ')}. Run "npm run generate".`)
  process.exitCode = 1
}

async function declarationOf(name: string): Promise<ActionDeclaration> {
  const path = pathToFileURL(join(root, 'actions', name, 'lib/declaration.js')).href
  const module = (await import(path)) as { declaration: ActionDeclaration }
  if (module.declaration.name !== name) throw new Error(`actions/${name} declares another name`)
  return module.declaration
}

async function derive(path: string, change: (text: string) => string): Promise<void> {
  const file = join(root, path)
  const before = await readFile(file, 'utf8')
  const after = await formatted(change(before), file)
  if (before === after) return
  stale.push(path)
  if (!values.check) await writeFile(file, after)
}

/** Terraform's files are not among those that prettier knows. */
async function formatted(text: string, file: string): Promise<string> {
  const { inferredParser } = await prettier.getFileInfo(file)
  if (inferredParser === null) return text
  return prettier.format(text, { ...(await prettier.resolveConfig(file)), filepath: file })
}
