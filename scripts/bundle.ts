// Bundles every action from its emitted JavaScript into dist/, or, with --check, compares what the
// sources make with what is committed. `--out DIR` writes elsewhere; names limit it to some actions.
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { actionNames, root } from './actions.ts'
import { bundleFile } from './bundle/bundle-file.ts'

const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean', default: false }, out: { type: 'string' } },
  allowPositionals: true,
})

if (values.check) await check()
else await bundleAll(values.out ?? join(root, 'dist'))

async function bundleAll(target: string): Promise<void> {
  for (const name of positionals.length > 0 ? positionals : actionNames()) {
    rmSync(join(target, name), { recursive: true, force: true })
    await bundle(name, join(target, name))
  }
}

async function bundle(name: string, target: string): Promise<void> {
  await bundleFile(join(root, 'actions', name, 'lib/index.js'), target)
  console.log(`${name}: ${((await sizeOf(join(target, 'index.js'))) / 1024).toFixed(0)} KiB`)
}

async function sizeOf(path: string): Promise<number> {
  return (await readFile(path)).length
}

async function check(): Promise<void> {
  const made = mkdtempSync(join(tmpdir(), 'oke-pipeline-bundles-'))
  try {
    await bundleAll(made)
    const stale = await differences(made, join(root, 'dist'))
    if (stale.length === 0) return
    console.error(`dist/ is not what the sources make: ${stale.join(', ')}. Run "npm run bundle".`)
    process.exitCode = 1
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
}

async function differences(left: string, right: string): Promise<readonly string[]> {
  const names = new Set([...(await filesBelow(left)), ...(await filesBelow(right))])
  const differing: string[] = []
  for (const name of [...names].sort()) {
    const [a, b] = await Promise.all([contentOf(join(left, name)), contentOf(join(right, name))])
    if (a === undefined || b === undefined || !a.equals(b)) differing.push(name)
  }
  return differing
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
}

async function contentOf(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch(() => undefined)
}
