import { parseYaml } from '@oke-pipeline/core'
import * as v from 'valibot'
import type { FindingKind } from '../finding.ts'
import { parsePackageUrl } from '../package-url.ts'
import type { WaiverFact } from '../policy/gate-policy.ts'
import type { Waiver, WaiverOrigin, WaiversFile } from './waiver.ts'

const purlExpects = 'a package URL such as pkg:npm/minimist@1.2.5'
const dateExpects = 'a date such as 2026-12-31'

const entry = v.strictObject(
  {
    id: v.string('an identifier'),
    paths: v.optional(v.nullable(v.array(v.string('a path or a glob'), 'a list of paths'))),
    purls: v.optional(
      v.nullable(
        v.array(
          v.pipe(
            v.string(purlExpects),
            v.check((text) => parsePackageUrl(text) !== undefined, purlExpects),
          ),
          'a list of package URLs',
        ),
      ),
    ),
    expired_at: v.optional(
      v.pipe(
        v.string(dateExpects),
        v.check((text) => isDate(text), dateExpects),
      ),
    ),
    statement: v.optional(v.nullable(v.string('text'))),
  },
  'an entry with "id"',
)

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}(?:[T ].*)?$/.test(text)) return false
  const date = new Date(text)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text.slice(0, 8))
}

const entries = v.optional(v.nullable(v.array(entry, 'a list of entries')))

const IgnoreFile = v.strictObject(
  { vulnerabilities: entries, misconfigurations: entries, secrets: entries, licenses: entries },
  'the keys "vulnerabilities", "misconfigurations", "secrets", "licenses"',
)

const kinds = {
  vulnerabilities: 'vulnerability',
  misconfigurations: 'misconfiguration',
  secrets: 'secret',
  licenses: 'licence',
} as const satisfies Readonly<Record<string, FindingKind>>

/**
 * Reads Trivy's ignore file in YAML. As with Trivy, an entry does not count from the beginning of
 * its `expired_at` on.
 * @throws {@link ConfigurationError} that lists all problems with their places.
 */
export function parseTrivyignoreYaml(text: string, file: string): WaiversFile {
  const about = { file, title: 'Ignore file', describedBy: 'Trivy’s documentation' }
  const yaml = parseYaml(IgnoreFile, text, about)
  const sections = ['vulnerabilities', 'misconfigurations', 'secrets', 'licenses'] as const
  const waivers = sections.flatMap((section) =>
    (yaml.data[section] ?? []).map((given, index) => {
      const { line } = yaml.positionOf([section, index])
      return waiverOf(given, kinds[section], { file, line, format: 'trivyignore-yaml' })
    }),
  )
  return { file, format: 'trivyignore-yaml', waivers, notes: [] }
}

type Entry = v.InferOutput<typeof entry>

function waiverOf(given: Entry, kind: FindingKind, origin: WaiverOrigin): Waiver {
  const { id, paths, purls, expired_at: expiredAt, statement } = given
  return {
    ids: [id],
    matchesAliases: true,
    kinds: [kind],
    package: packageOf(purls ?? []),
    fixState: undefined,
    reason: statement ?? undefined,
    owner: undefined,
    expires: expiredAt === undefined ? undefined : new Date(expiredAt),
    scope: { digests: [], paths: paths ?? [], platforms: [] },
    origin,
    lacks: lacksOf(given),
  }
}

function packageOf(purls: readonly string[]): Waiver['package'] {
  if (purls.length === 0) return undefined
  return { name: undefined, namePattern: undefined, version: undefined, type: undefined, purls }
}

function lacksOf({ expired_at: expiredAt, statement }: Entry): readonly WaiverFact[] {
  return [
    ...(expiredAt === undefined ? (['expiry'] as const) : []),
    'owner',
    ...((statement ?? '') === '' ? (['reason'] as const) : []),
  ]
}
