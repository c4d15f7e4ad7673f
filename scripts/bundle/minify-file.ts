import { readFile, writeFile } from 'node:fs/promises'
import { minify } from '@swc/core'
import { withEagerModules } from './eager-modules.ts'

/** Names in stack traces and errors stay those of the sources. */
const keptNames = { keep_classnames: true, keep_fnames: true }

/** Makes a file of a bundle as small as it can be without its names, and quick to start. */
export async function minifyFile(path: string): Promise<void> {
  const { code } = await minify(await readFile(path, 'utf8'), {
    module: true,
    ecma: 2022,
    compress: keptNames,
    mangle: keptNames,
    format: { comments: false },
  })
  await writeFile(path, await withEagerModules(code))
}
