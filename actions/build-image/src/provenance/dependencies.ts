import { predicateTypes, provenanceSchema } from '@oke-pipeline/evidence'
import type { KeptStatement, Resource } from '@oke-pipeline/evidence'
import * as v from 'valibot'
import type { BuildPorts } from '../build-request.ts'
import type { Built } from '../built.ts'
import { tryProgram } from '../engines/try-program.ts'
import type { ImageFacts } from '../facts.ts'

/**
 * What the image was made from, each once: the commit, the bases, and what BuildKit says that it
 * fetched.
 */
export async function dependenciesOf(
  { request }: Built,
  { bases }: ImageFacts,
  statements: readonly KeptStatement[],
  ports: BuildPorts,
): Promise<readonly Resource[]> {
  const source = request.inputs.context.kind === 'folder' ? await sourceOf(ports) : undefined
  const all = [
    ...(source === undefined ? [] : [source]),
    ...fetchedBy(statements),
    ...bases.map(resourceOf).filter((resource) => resource !== undefined),
  ]
  const byDigest = new Map(all.toReversed().map((resource) => [keyOf(resource), resource]))
  return [...byDigest.values()].reverse()
}

function keyOf({ digest = {}, uri }: Resource): string {
  return Object.values(digest)[0] ?? uri ?? ''
}

/** The commit that is checked out; the run's own, where Git cannot be asked. */
async function sourceOf(ports: BuildPorts): Promise<Resource | undefined> {
  const { run, files } = ports
  const trust = ['-c', 'safe.directory=*']
  const args = ['-C', files.workspace, ...trust, 'rev-parse', '--verify', 'HEAD']
  const outcome = await tryProgram({ file: 'git', args }, ports)
  const commit = outcome?.exitCode === 0 ? outcome.stdout.trim() : run.sha
  if (commit === undefined || run.repository === undefined) return undefined
  // Another commit than the run's is on another branch or tag than the run's.
  const ref = commit === run.sha && run.ref !== undefined ? `@${run.ref}` : ''
  const uri = `git+${run.serverUrl ?? 'https://github.com'}/${run.repository}${ref}`
  return { uri, digest: { gitCommit: commit } }
}

/** BuildKit's list has what no Dockerfile shows, such as what ADD downloaded. */
function fetchedBy(statements: readonly KeptStatement[]): readonly Resource[] {
  return statements
    .filter(({ statement }) => statement.predicateType === predicateTypes.provenance)
    .flatMap(({ statement: { predicate } }) => {
      const { buildDefinition } = v.parse(provenanceSchema, predicate)
      return buildDefinition.resolvedDependencies.map(({ uri, digest }) => ({
        ...(uri === undefined ? {} : { uri: uri.replaceAll(/\/\/[^/@\s]*@/g, '//') }),
        ...(digest === undefined ? {} : { digest }),
      }))
    })
}

function resourceOf({ name, digest }: ImageFacts['bases'][number]): Resource | undefined {
  if (digest === undefined) return undefined
  const [algorithm = '', hex = ''] = digest.split(':')
  return { name, uri: `docker://${name}`, digest: { [algorithm]: hex } }
}
