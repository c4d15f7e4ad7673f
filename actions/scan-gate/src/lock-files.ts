import { dirname, join } from 'node:path'
import type { Files } from '@oke-pipeline/core'
import type { SourcePlace } from '@oke-pipeline/scan'

/** The files that say which packages of a type an application has, the most exact first. */
const lockFileNames: Readonly<Record<string, readonly string[]>> = {
  npm: ['package-lock.json', 'npm-shrinkwrap.json', 'yarn.lock', 'pnpm-lock.yaml', 'package.json'],
  pypi: ['poetry.lock', 'uv.lock', 'Pipfile.lock', 'requirements.txt', 'pyproject.toml'],
  golang: ['go.mod', 'go.sum'],
  maven: ['pom.xml', 'gradle.lockfile', 'build.gradle', 'build.gradle.kts'],
  gem: ['Gemfile.lock'],
  cargo: ['Cargo.lock'],
  composer: ['composer.lock'],
  nuget: ['packages.lock.json'],
}

/** A lock file of the repository. */
interface LockFile {
  readonly file: string
  readonly text: string
}

/** Finds the line of a lock file that names a package. */
export type LockLine = (type: string, name: string) => SourcePlace | undefined

/** Reads the lock files beside the Dockerfile and at the top of the repository. */
export async function readLockFiles(
  dockerfile: string,
  types: ReadonlySet<string>,
  files: Files,
): Promise<LockLine> {
  const read = new Map<string, readonly LockFile[]>()
  const folders = [...new Set([dirname(dockerfile), '.'])]
  for (const type of types) {
    const names = folders.flatMap((folder) =>
      (lockFileNames[type] ?? []).map((name) => join(folder, name)),
    )
    read.set(type, await existing(names, files))
  }
  const known = new Map<string, SourcePlace | undefined>()
  return (type, name) => {
    const key = `${type}\0${name}`
    if (!known.has(key)) known.set(key, placeIn(read.get(type) ?? [], name))
    return known.get(key)
  }
}

async function existing(names: readonly string[], files: Files): Promise<readonly LockFile[]> {
  const found: LockFile[] = []
  for (const file of names) {
    if ((await files.kindOf(file)) !== 'file') continue
    found.push({ file, text: await files.readText(file) })
  }
  return found
}

/** The first line that names it; the first lock file that there is, where none does. */
function placeIn(files: readonly LockFile[], name: string): SourcePlace | undefined {
  for (const { file, text } of files) {
    const line = lineNaming(text, name)
    if (line !== undefined) return { file, line }
  }
  const [first] = files
  return first === undefined ? undefined : { file: first.file, line: 1 }
}

/** A name is one on its own: not `left-pad` within `left-pad-extra` or `@acme/left-pad`. */
function lineNaming(text: string, name: string): number | undefined {
  if (name === '') return undefined
  for (let start = text.indexOf(name); start >= 0; start = text.indexOf(name, start + 1)) {
    const [before = ' ', after = ' '] = [text[start - 1], text[start + name.length]]
    const isWhole = !/[\w.-]/.test(before) && !/[\w-]/.test(after)
    if (isWhole && !/@[\w.-]+\/$/.test(text.slice(Math.max(0, start - 64), start))) {
      return text.slice(0, start).split('\n').length
    }
  }
  return undefined
}
