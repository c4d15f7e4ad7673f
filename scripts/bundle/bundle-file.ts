import { readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../actions.ts'
import { runProgram } from '../run-program.ts'
import { minifyFile } from './minify-file.ts'

/**
 * Bundles a JavaScript file and all that it imports, minified, licences beside it. What is imported
 * only while it runs, by import(), becomes files of its own. In the root of the repository,
 * tsconfig.json puts our stand-ins in the place of some packages.
 */
export async function bundleFile(source: string, target: string, directory = root): Promise<void> {
  const { exitCode, output } = await runProgram(
    process.execPath,
    [
      join(root, 'node_modules/@vercel/ncc/dist/ncc/cli.js'),
      ...['build', source, '--license', '[id].licenses.txt'],
      ...['--target', 'es2022', '--no-cache', '--out', target],
    ],
    { directory },
  )
  if (exitCode !== 0) throw new Error(`Bundling "${source}" failed:\n${output}`)
  await joinLicenses(target)
  const files = (await readdir(target)).filter((name) => /\.m?js$/.test(name))
  await Promise.all(files.map((name) => minifyFile(join(target, name))))
}

/** One file of the bundle has one of licences: under one name, the last would be the only one. */
async function joinLicenses(target: string): Promise<void> {
  const names = (await readdir(target)).filter((name) => name.endsWith('.licenses.txt')).sort()
  const texts = await Promise.all(names.map((name) => readFile(join(target, name), 'utf8')))
  await writeFile(join(target, 'licenses.txt'), texts.join('\n'))
  await Promise.all(names.map((name) => rm(join(target, name))))
}
