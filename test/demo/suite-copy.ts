import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/** How a step refers to an action of the repository that its workflow comes from. */
const selfReference = /uses: \$\/(\S+)/g

/** Artifacts are kept by GitHub, and its actions for them are got from there. */
const artifactAction = /uses: actions\/((?:up|down)load-artifact)@\S+/g

/**
 * Keeps deployments that wait in order, and keeps plans out of the list of deployments: the runner
 * runs one workflow at a time, and has no such list.
 */
const unknownKeys = /^ *(?:queue: max|deployment: false)\n/gm

/**
 * Copies what users get of this suite: action.yml files, bundles and reusable workflows. act does
 * not know three things that GitHub added in 2026: references to the same repository are written out
 * in the copy, the queue of a concurrency group and environments without deployments are left out. Artifacts are files beside the run.
 */
export async function copySuite(target: string): Promise<void> {
  await mkdir(join(target, '.github/workflows'), { recursive: true })
  await cp(join(root, 'dist'), join(target, 'dist'), { recursive: true })
  for (const name of await readdir(join(root, 'actions'))) {
    await mkdir(join(target, 'actions', name), { recursive: true })
    await cp(join(root, 'actions', name, 'action.yml'), join(target, 'actions', name, 'action.yml'))
  }
  await cp(join(root, 'test/demo/stand-ins'), join(target, 'stand-ins'), { recursive: true })
  for (const name of ['build.yml', 'plan.yml', 'deploy.yml']) {
    const path = join('.github/workflows', name)
    const text = await readFile(join(root, path), 'utf8')
    const written = text
      .replaceAll(selfReference, 'uses: oke-pipeline/oke-pipeline/$1@v1')
      .replaceAll(artifactAction, 'uses: oke-pipeline/oke-pipeline/stand-ins/$1@v1')
    await writeFile(join(target, path), written.replaceAll(unknownKeys, ''))
  }
}
