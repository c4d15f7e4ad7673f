import {
  buildImageType,
  keepStatement,
  predicateTypes,
  provenancePredicate,
  readStatements,
  statementOf,
} from '@oke-pipeline/evidence'
import type { KeptStatement, Statement } from '@oke-pipeline/evidence'
import { formatPlatform } from '@oke-pipeline/image'
import type { Layout } from '@oke-pipeline/image'
import * as v from 'valibot'
import type { BuildPorts } from './build-request.ts'
import type { Built } from './built.ts'
import type { ImageFacts } from './facts.ts'
import { imageNameOf } from './image-name.ts'
import { dependenciesOf } from './provenance/dependencies.ts'
import { externalParameters, internalParameters } from './provenance/parameters.ts'

/**
 * Keeps a statement of how the image was built. It names the platforms as well, since a node may
 * know only the digest of its own.
 */
export async function keepProvenance(
  built: Built,
  facts: ImageFacts,
  startedOn: Date,
  ports: BuildPorts,
): Promise<void> {
  const { layout, request, record } = built
  const { run, clock } = ports
  const predicate = provenancePredicate({
    external: externalParameters(request, ports),
    internal: internalParameters(built, ports),
    dependencies: await dependenciesOf(built, facts, await readStatements(layout), ports),
    workflow: run.workflowRef,
    serverUrl: run.serverUrl,
    tools: { builder: record.builtWith },
    invocation: invocationOf(ports),
    startedOn,
    finishedOn: clock.now(),
  })
  const name = imageNameOf(request.inputs, ports)
  const statement = statementOf(
    { name, digest: layout.digest },
    predicateTypes.provenance,
    predicate,
  )
  await keepStatement(layout, withPlatforms(statement, layout, name))
}

function invocationOf({ run }: BuildPorts): string | undefined {
  if (run.runUrl === undefined) return undefined
  return `${run.runUrl}/attempts/${run.runAttempt ?? '1'}`
}

function withPlatforms<S extends Statement>(statement: S, layout: Layout, name: string): S {
  const others = layout.images.filter(({ descriptor }) => descriptor.digest !== layout.digest)
  const subjects = others.map(({ config, descriptor }) => ({
    name: `${name} (${formatPlatform(config.platform)})`,
    digest: { sha256: descriptor.digest.slice('sha256:'.length) },
  }))
  return { ...statement, subject: [...statement.subject, ...subjects] }
}

const oursSchema = v.object({
  buildDefinition: v.object({ buildType: v.literal(buildImageType) }),
})

/** Writes our statement of provenance as a file beside the layout, and says where it is. */
export async function writeProvenance(
  layout: Layout,
  statements: readonly KeptStatement[],
  { files }: Pick<BuildPorts, 'files'>,
): Promise<string | undefined> {
  const ours = statements.findLast(({ statement }) => v.is(oursSchema, statement.predicate))
  if (ours === undefined) return undefined
  const path = `${layout.path}.provenance.json`
  await files.writeText(path, `${JSON.stringify(ours.statement, undefined, 2)}\n`)
  return path
}
