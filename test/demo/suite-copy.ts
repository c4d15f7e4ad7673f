import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/** How a step refers to an action of the repository that its workflow comes from. */
const selfReference = /uses: \$\//g

/**
 * Copies what users get of this suite: action.yml files, bundles and reusable workflows. The
 * workflow runner does not know `uses: $/…` yet, so those references are written out in the copy.
 */
export async function copySuite(target: string): Promise<void> {
  await mkdir(join(target, '.github/workflows'), { recursive: true })
  await cp(join(root, 'dist'), join(target, 'dist'), { recursive: true })
  for (const name of await readdir(join(root, 'actions'))) {
    await mkdir(join(target, 'actions', name), { recursive: true })
    await cp(join(root, 'actions', name, 'action.yml'), join(target, 'actions', name, 'action.yml'))
  }
  for (const name of ['build.yml', 'deploy.yml']) {
    const path = join('.github/workflows', name)
    const text = await readFile(join(root, path), 'utf8')
    const written = text.replaceAll(selfReference, 'uses: oke-pipeline/oke-pipeline/')
    await writeFile(
      join(target, path),
      written.replaceAll(/(uses: oke-pipeline\/oke-pipeline\/\S+?)(?=\s*(#.*)?$)/gm, '$1@v1'),
    )
  }
}
