import { parseYaml } from '@oke-pipeline/core'
import type { YamlProblem } from '@oke-pipeline/core'
import * as v from 'valibot'
import { packageTypeOf } from '../package-type.ts'
import type { WaivedPackage, Waiver, WaiversFile } from './waiver.ts'
import { WaiversText } from './waivers-file.ts'
import type { WaiverText } from './waivers-file.ts'

const dayMilliseconds = 86_400_000

/**
 * Makes sense of a file of waivers in our own format.
 * @throws {@link ConfigurationError} that lists all problems with their places.
 */
export function parseOwnWaivers(text: string, file: string): WaiversFile {
  const about = { file, title: 'Waivers file', describedBy: 'schema/waivers.schema.json' }
  const yaml = parseYaml(WaiversText, text, about, withoutOneId)
  const waivers = yaml.data.waivers.map((waiver, index) =>
    waiverOf(waiver, { file, line: yaml.positionOf(['waivers', index]).line, format: 'waivers' }),
  )
  return { file, format: 'waivers', waivers, notes: [] }
}

const IdsOnly = v.object({
  waivers: v.array(
    v.fallback(
      v.nullable(v.object({ id: v.optional(v.unknown()), ids: v.optional(v.unknown()) })),
      null,
    ),
  ),
})

/** Either `id` or `ids`: a waiver without would be for everything, one with both is not clear. */
function withoutOneId(data: unknown): readonly YamlProblem[] {
  const parsed = v.safeParse(IdsOnly, data)
  if (!parsed.success) return []
  return parsed.output.waivers.flatMap((waiver, index) => {
    if (waiver === null || (waiver.id === undefined) !== (waiver.ids === undefined)) return []
    const text =
      waiver.id === undefined ? ': "id" or "ids" is missing' : ': it has both "id" and "ids"'
    return [{ path: ['waivers', index], text }]
  })
}

function waiverOf(waiver: WaiverText, origin: Waiver['origin']): Waiver {
  const { id, ids = [], kind, digests = [], paths = [], platforms = [] } = waiver
  return {
    ids: id === undefined ? ids : [id],
    matchesAliases: true,
    kinds: kind === undefined ? [] : [kind],
    package: packageOf(waiver.package),
    fixState: undefined,
    reason: waiver.reason,
    owner: waiver.owner,
    expires: endOf(waiver.expires),
    scope: { digests, paths, platforms },
    origin,
    lacks: [],
  }
}

/** The day is the last one on which the waiver counts. */
function endOf(day: string): Date {
  return new Date(Date.parse(`${day}T00:00:00Z`) + dayMilliseconds)
}

function packageOf(wanted: WaiverText['package']): WaivedPackage | undefined {
  if (wanted === undefined) return undefined
  const { name, version, type, purl } = wanted
  const packageType = type === undefined ? undefined : packageTypeOf(type)
  return {
    name,
    namePattern: undefined,
    version,
    type: packageType,
    purls: purl === undefined ? [] : [purl],
  }
}
