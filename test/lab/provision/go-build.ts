import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, rename, symlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { runCommand, tryCommand } from '../command.ts'
import { cacheDirectory, cachedDirectory } from './cache.ts'
import { searchPath } from './on-path.ts'
import type { GoProgram, Outcome, Part, ProvisionContext, Source } from './part.ts'
import { describeDuration, reportProgress } from './progress.ts'

/** Programs built from Go modules that are pinned here; names of one program share one build. */
export const goBuild: Source = { find: findBuilt, obtain: obtainBuilt }

async function findBuilt(part: Part, context: ProvisionContext): Promise<Outcome> {
  if (part.go === undefined) return {}
  const key = await cacheKey(part.go, sourceOf(part.go, context))
  const directory = join(cacheDirectory(context), key)
  return existsSync(directory) ? { path: await linkedAs(part.name, directory) } : {}
}

async function obtainBuilt(part: Part, context: ProvisionContext): Promise<Outcome> {
  if (part.go === undefined) return {}
  const program = part.go
  const source = sourceOf(program, context)
  const go = searchPath('go', (context.environment ?? process.env).PATH ?? '')
  if (go === undefined) {
    return {
      reason: `it would be built from source, and Go is not installed (${await wantedGo(source)})`,
    }
  }
  const tooOld = await goTooOld(go, source)
  if (tooOld !== undefined) return { reason: tooOld }
  const directory = await cachedDirectory(
    context,
    await cacheKey(program, source),
    async (target) => {
      await build({ go, part, program, source, target }, context)
    },
  )
  return { path: await linkedAs(part.name, directory) }
}

function sourceOf(program: GoProgram, context: ProvisionContext): string {
  return join(context.goDirectory ?? join(import.meta.dirname, '..', 'go'), program.module)
}

async function wantedGo(source: string): Promise<string> {
  return `Go ${await requiredGoVersion(source)} or newer is needed: https://go.dev/dl`
}

async function requiredGoVersion(source: string): Promise<string> {
  const directive = /^go (\S+)$/m.exec(await readFile(join(source, 'go.mod'), 'utf8'))
  return directive?.[1] ?? '1.24'
}

async function goTooOld(go: string, source: string): Promise<string | undefined> {
  const output = await runCommand(go, ['env', 'GOVERSION'], { workingDirectory: '/' })
  const installed = output.trim().replace(/^go/, '')
  const required = await requiredGoVersion(source)
  if (compareVersions(installed, required) >= 0) return undefined
  return `Go ${installed} at "${go}" is too old to build it (${await wantedGo(source)})`
}

/** Order of two dotted versions, as a comparator gives it; what follows the digits of a number is ignored. */
export function compareVersions(left: string, right: string): number {
  const numbers = [left, right].map((version) =>
    version.split('.').map((part) => Number.parseInt(part, 10)),
  )
  const [a = [], b = []] = numbers
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

async function cacheKey(program: GoProgram, source: string): Promise<string> {
  const hash = createHash('sha256')
  hash.update(
    JSON.stringify([program.package, program.ldflags, program.tags, program.env, process.arch]),
  )
  for (const name of await sourceFiles(source)) {
    hash.update(`\0${name}\0`).update(await readFile(join(source, name)))
  }
  return `go-${program.module}-${basename(program.package)}-${hash.digest('hex').slice(0, 16)}`.replaceAll(
    '..',
    '.',
  )
}

async function sourceFiles(source: string): Promise<readonly string[]> {
  const names = await readdir(source, { recursive: true })
  return names.filter((name) => /\.(go|mod|sum)$/.test(name)).sort()
}

interface Build {
  readonly go: string
  readonly part: Part
  readonly program: GoProgram
  readonly source: string
  /** Folder for the executable. */
  readonly target: string
}

async function build(
  { go, part, program, source, target }: Build,
  context: ProvisionContext,
): Promise<void> {
  context.log(
    `Building ${part.name} ${part.version} with Go; from empty caches this usually takes ${describeDuration(program.usuallySeconds)} on 2 cores.`,
  )
  const environment = {
    ...process.env,
    CGO_ENABLED: '0',
    GOTOOLCHAIN: 'local',
    GOFLAGS: '-mod=readonly -buildvcs=false',
    ...program.env,
  }
  let compiled = 0
  const progress = reportProgress(
    context.log,
    () => `Building ${part.name}: ${compiled} packages compiled`,
  )
  try {
    const { exitCode, stderr } = await tryCommand(go, buildArguments(part, program, target), {
      workingDirectory: source,
      environment,
      ...(context.signal === undefined ? {} : { signal: context.signal }),
      onErrorLine: (line) => {
        if (isPackage(line)) compiled += 1
      },
    })
    if (exitCode !== 0) throw new Error(buildFailed(part, stderr))
  } finally {
    progress.stop()
  }
  context.log(`Built ${part.name} ${part.version} in ${describeDuration(progress.seconds())}.`)
}

function buildArguments(part: Part, program: GoProgram, target: string): readonly string[] {
  return [
    ...['build', '-v', '-trimpath', '-ldflags', program.ldflags ?? '-s -w'],
    ...(program.tags === undefined ? [] : ['-tags', program.tags]),
    ...['-o', join(target, part.name), program.package],
  ]
}

function isPackage(line: string): boolean {
  return /^[\w.~/-]+$/.test(line)
}

function buildFailed(part: Part, stderr: string): string {
  const said = stderr
    .split('\n')
    .filter((line) => line !== '' && !isPackage(line) && !line.startsWith('go: downloading'))
    .slice(0, 10)
    .join('\n')
  return `Cannot build ${part.name} ${part.version} with Go: ${said}\nIf a module could not be fetched, check the connection or GOPROXY and run the same command again; what was compiled is kept.`
}

/** Programs that are one binary under several names: the name under which it was built first is the file, the others are links. */
async function linkedAs(name: string, directory: string): Promise<string> {
  const path = join(directory, name)
  if (existsSync(path)) return path
  const [built] = (await readdir(directory, { withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  )
  if (built === undefined)
    throw new Error(`The cache folder "${directory}" is empty: remove it and run again.`)
  const temporary = `${path}.${process.pid}`
  await symlink(built.name, temporary)
  await rename(temporary, path)
  return path
}
