import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { root } from '../../../scripts/actions.ts'
import { bundleFile } from '../../../scripts/bundle/bundle-file.ts'

/**
 * Bundles scripts of this folder as actions are bundled, so that what is timed is what runs: their
 * paths by name. Modules that scripts share are given by name as well.
 */
export async function bundleScripts<Name extends string>(
  names: readonly Name[],
  shared: readonly string[],
  target: string,
): Promise<Readonly<Record<Name, string>>> {
  // Below the repository's node_modules, so that the packages are found.
  const sources = join(root, 'node_modules', '.oke-pipeline-bench')
  await mkdir(sources, { recursive: true })
  try {
    for (const name of [...names, ...shared]) {
      const text = await readFile(join(import.meta.dirname, `${name}.ts`), 'utf8')
      const plain = stripTypeScriptTypes(text).replaceAll(/'\.\/([a-z-]+)\.ts'/g, "'./$1.mjs'")
      await writeFile(join(sources, `${name}.mjs`), plain)
    }
    const paths: [string, string][] = []
    for (const name of names) {
      await bundleFile(join(sources, `${name}.mjs`), join(target, name), root)
      paths.push([name, join(target, name, 'index.mjs')])
    }
    // Object.fromEntries forgets the names; they are those that were given.
    return Object.fromEntries(paths) as Record<Name, string>
  } finally {
    await rm(sources, { recursive: true })
  }
}
