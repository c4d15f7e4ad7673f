import { join } from 'node:path'
import { root } from '../actions.ts'
import { runProgram } from '../run-program.ts'

/**
 * Bundles a JavaScript file and all that it imports, minified, licences beside it. In the root of
 * the repository, tsconfig.json puts our stand-in for @actions/http-client in its place.
 */
export async function bundleFile(source: string, target: string, directory = root): Promise<void> {
  const { exitCode, output } = await runProgram(
    process.execPath,
    [
      join(root, 'node_modules/@vercel/ncc/dist/ncc/cli.js'),
      ...['build', source, '--minify', '--license', 'licenses.txt'],
      ...['--target', 'es2022', '--no-cache', '--out', target],
    ],
    { directory },
  )
  if (exitCode !== 0) throw new Error(`Bundling "${source}" failed:\n${output}`)
}
