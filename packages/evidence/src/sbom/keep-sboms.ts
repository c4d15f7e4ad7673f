import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ServiceError, inert } from '@oke-pipeline/core'
import type { Exec, Files } from '@oke-pipeline/core'
import { writePlatformView } from '@oke-pipeline/image'
import type { Layout, LayoutImage } from '@oke-pipeline/image'
import * as v from 'valibot'
import { keepStatement } from '../keep-statement.ts'
import { predicateSchemas } from '../predicates/predicate-schemas.ts'
import { statementOf } from '../statement.ts'
import { sbomPredicateTypes } from './sbom-format.ts'
import type { SbomFormat } from './sbom-format.ts'
import type { SbomMaker } from './sbom-maker.ts'

/** Which SBOMs are to be made, by what, of what. */
export interface SbomOrder {
  readonly maker: SbomMaker
  readonly format: SbomFormat
  /** What the image is called in statements. */
  readonly name: string
}

/** What making SBOMs needs of the world. */
export interface SbomPorts {
  readonly exec: Exec
  readonly files: Pick<Files, 'temporaryFolder'>
}

/**
 * Makes an SBOM of each platform of an image, and keeps it with that platform's manifest in the
 * layout.
 * @throws ServiceError when the program fails or writes something else.
 */
export async function keepSboms(layout: Layout, order: SbomOrder, ports: SbomPorts): Promise<void> {
  const predicateType = sbomPredicateTypes[order.format]
  for (const image of layout.images) {
    const sbom = await makeSbom(layout, image, order, ports)
    const { digest } = image.descriptor
    const statement = statementOf({ name: order.name, digest }, predicateType, sbom)
    await keepStatement(layout, statement, image.descriptor)
  }
}

async function makeSbom(
  layout: Layout,
  image: LayoutImage,
  { maker, format }: SbomOrder,
  { exec, files }: SbomPorts,
): Promise<object> {
  // Run there, so that the program finds no configuration in the repository and writes nothing to it.
  const directory = await files.temporaryFolder('sbom')
  await writePlatformView(layout, image, join(directory, 'image'))
  const file = join(directory, 'sbom.json')
  const command = maker.command({ layout: 'image', directory, format, file })
  const { exitCode, stderr } = await exec.run(command)
  if (exitCode !== 0) throw failed(maker, `it ended with ${exitCode}: ${lastOf(stderr)}`)
  return readSbom(file, maker, format)
}

/** What the program wrote, as it wrote it, once it is seen to be an SBOM. */
async function readSbom(file: string, maker: SbomMaker, format: SbomFormat): Promise<object> {
  const schema = predicateSchemas[sbomPredicateTypes[format]] ?? v.never()
  const json = v.safeParse(documentSchema, await readFile(file, 'utf8'))
  const read = json.success ? v.safeParse(schema, json.output) : json
  if (json.success && read.success) return json.output
  throw failed(maker, `what it wrote is no ${format}: ${read.issues?.[0].message ?? ''}`)
}

const documentSchema = v.pipe(v.string(), v.parseJson(), v.looseObject({}))

function lastOf(stderr: string): string {
  return inert(stderr.trim().split('\n').at(-1) ?? '').slice(0, 500)
}

function failed({ name, version }: SbomMaker, why: string): ServiceError {
  return new ServiceError({
    service: name,
    title: `No SBOM was made with ${name} ${version}`,
    explanation: `${why}.`,
    remedy: `Run ${name} on the layout by hand to see why, or set "sbom: false".`,
  })
}
