import { readStatements } from '@oke-pipeline/evidence'
import { describeBases, imageMaterials, parseDockerfile } from '@oke-pipeline/image'
import type { BaseImage, BuildQuestion, Dockerfile, ImageMaterial } from '@oke-pipeline/image'
import type { BuildPorts } from './build-request.ts'
import type { Built } from './built.ts'
import type { Inputs } from './declaration.ts'
import { dockerfileOf } from './input-paths.ts'

/** The images that were built on: what the Dockerfile says, confirmed by BuildKit's provenance. */
export async function basesOf(built: Built, ports: BuildPorts): Promise<readonly BaseImage[]> {
  const { inputs } = built.request
  const [dockerfile, materials] = await Promise.all([
    readDockerfile(inputs, ports),
    materialsOf(built),
  ])
  const bases = built.layout.platforms.flatMap((platform) =>
    describeBases(dockerfile, { ...questionOf(inputs), platform }, materials),
  )
  // Platforms mostly have the same.
  const distinct = new Map(bases.map((base) => [JSON.stringify(base), base]))
  return [...distinct.values()]
}

/** The Dockerfile, where it is on this machine. */
export async function readDockerfile(
  inputs: Inputs,
  { files }: BuildPorts,
): Promise<Dockerfile | undefined> {
  if (inputs.context.kind === 'git') return undefined
  return parseDockerfile(await files.readText(dockerfileOf(inputs)))
}

/** What of the inputs decides what is built on. */
export function questionOf(inputs: Inputs): Omit<BuildQuestion, 'platform'> {
  return {
    target: inputs.target,
    buildArgs: recordOf(inputs['build-args']),
    buildContexts: recordOf(inputs['build-contexts']),
  }
}

function recordOf(pairs: Inputs['build-args']): Readonly<Record<string, string>> {
  return Object.fromEntries((pairs ?? []).map(({ name, value }) => [name, value]))
}

const metadataKey = /^buildx\.build\.provenance(?:\/|$)/

/** What BuildKit says it was made of: in what it attests, or in the metadata that buildx writes. */
async function materialsOf({
  layout,
  record,
}: Built): Promise<readonly ImageMaterial[] | undefined> {
  const statements = (await readStatements(layout)).map(({ statement }) => statement)
  const metadata = Object.entries(record.metadata)
    .filter(([key]) => metadataKey.test(key))
    .map(([, value]) => value)
  const found = [...statements, ...metadata].flatMap((document) => {
    const materials = imageMaterials(document)
    return materials === undefined ? [] : [materials]
  })
  if (found.length === 0) return undefined
  const distinct = new Map(found.flat().map((material) => [JSON.stringify(material), material]))
  return [...distinct.values()]
}
