import { secondsSince } from '@oke-pipeline/core'
import { repositoryName } from '@oke-pipeline/image'
import type { BuildPorts } from './build-request.ts'
import type { BuildResult } from './build-result.ts'
import { build } from './build.ts'
import type { Inputs } from './declaration.ts'
import { readEarlierBuild } from './earlier-build.ts'
import { keepEvidence, noEvidence } from './evidence.ts'
import { factsOf } from './facts.ts'
import { judge, readPolicy } from './image-policy.ts'
import { metadataPathOf, writeMetadata } from './metadata.ts'
import { prepare } from './prepare.ts'
import { sbomMakerFor } from './sbom.ts'

/**
 * Builds the image into an OCI image layout, checks that the layout is whole and is what the
 * builder says that it built, and gathers what is known of it. Each phase is a file:
 * prepare → build → facts → policy → evidence; outputs and summary are made of the result.
 */
export async function run(inputs: Inputs, ports: BuildPorts): Promise<BuildResult> {
  const start = ports.clock.now()
  // Before the build: it may be the very file that this build writes anew.
  const earlier = await readEarlierBuild(inputs.previous, ports)
  const policy = await readPolicy(inputs, ports)
  const { request, tagsOf, target } = await prepare(inputs, ports)
  const sbomMaker = await sbomMakerFor(inputs, ports)
  const built = await build(request, target, ports)
  const facts = await factsOf(built, ports)
  const { layout, record, choice } = built
  const tags = tagsOf(layout.digest)
  const judgement = await judge(policy, { built, facts, tags }, ports)
  const isRefused = judgement.refusal !== undefined
  const evidence = isRefused
    ? noEvidence
    : await keepEvidence(built, facts, { startedOn: start, sbomMaker }, ports)
  // No later step must be able to take it for a good one.
  if (isRefused) await ports.files.remove(layout.path)
  ports.log.info(`Built ${layout.digest}`)
  const result = {
    digest: layout.digest,
    layout: layout.path,
    image:
      inputs.image === undefined ? undefined : `${repositoryName(inputs.image)}@${layout.digest}`,
    tags,
    sizeBytes: layout.sizeBytes,
    platforms: layout.platforms,
    record,
    facts,
    judgement,
    evidence,
    choice,
    metadata: metadataPathOf(layout.path),
    earlier,
    seconds: secondsSince(start, ports.clock),
  }
  await writeMetadata(result, ports)
  return result
}
