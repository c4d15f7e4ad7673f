import * as v from 'valibot'
import { findingKinds } from '../finding.ts'
import { parsePackageUrl } from '../package-url.ts'
import { versionTest } from './version-range.ts'

/** The first line of every file of waivers: which grammar the rest follows. */
export const waiversSchema = 'oke-pipeline/waivers/v1'

const line = /^(?=.*\S)[^\u0000-\u001f\u007f]+$/

function textOf(expects: string) {
  return v.pipe(v.string(expects), v.regex(line, expects))
}

const id = v.pipe(
  textOf('an identifier such as CVE-2026-12345'),
  v.description(
    'Identifier or alias; of a secret or misconfiguration its rule, of a licence its name.',
  ),
)

const dayExpects = 'a date such as 2026-12-31'

const dayPattern = /^\d{4}-\d{2}-\d{2}$/

/** A day that there is: the 30th of February is none. */
export const day = v.pipe(
  v.string(dayExpects),
  v.regex(dayPattern, dayExpects),
  // What is not written as a day has been complained of already.
  v.check((text) => !dayPattern.test(text) || isDay(text), dayExpects),
)

function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

const purlExpects = 'a package URL such as pkg:npm/minimist@1.2.5'

const purl = v.pipe(
  v.string(purlExpects),
  v.check((text) => parsePackageUrl(text) !== undefined, purlExpects),
)

const versionExpects = 'a version such as 1.2.5 or a range such as ">=1.2 <1.4"'

const waivedPackage = v.pipe(
  v.strictObject(
    {
      name: v.optional(textOf('the name of a package')),
      version: v.pipe(
        v.optional(
          v.pipe(
            v.string(versionExpects),
            v.check((text) => versionTest(text) !== undefined, versionExpects),
          ),
        ),
        v.description('A version, or a range: comparisons separated by spaces that all hold.'),
      ),
      type: v.optional(textOf('a type of packages such as npm or deb')),
      purl: v.pipe(
        v.optional(purl),
        v.description('Package URL; without a version it means every version.'),
      ),
    },
    'a package: "name", "version", "type", "purl"',
  ),
  v.check(
    (wanted) => Object.keys(wanted).length > 0,
    'at least one of "name", "version", "type" and "purl"',
  ),
  v.description('The package that it is for; any where it is not given.'),
)

const digestExpects = 'a digest: sha256: and 64 hexadecimal digits'

const waiver = v.strictObject(
  {
    id: v.optional(id),
    ids: v.optional(v.pipe(v.array(id, 'a list of identifiers'), v.minLength(1, 'at least one'))),
    kind: v.pipe(
      v.optional(v.picklist(findingKinds, findingKinds.join(', '))),
      v.description('The kind of finding that it is for; any where it is not given.'),
    ),
    package: v.optional(waivedPackage),
    reason: v.pipe(textOf('a reason'), v.description('Why this may pass for a time.')),
    owner: v.pipe(textOf('an owner'), v.description('Who answers for it: a person or a team.')),
    expires: v.pipe(day, v.description('The last day on which it counts (UTC).')),
    digests: v.pipe(
      v.optional(
        v.array(
          v.pipe(v.string(digestExpects), v.regex(/^sha256:[0-9a-f]{64}$/, digestExpects)),
          'a list of digests',
        ),
      ),
      v.description('The images that it is for; all where it is not given.'),
    ),
    paths: v.pipe(
      v.optional(v.array(textOf('a path or a glob'), 'a list of paths')),
      v.description('Globs of paths in the image; everywhere where it is not given.'),
    ),
    platforms: v.pipe(
      v.optional(
        v.array(
          v.pipe(
            v.string('a platform such as linux/arm64'),
            v.regex(/^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9.]+)?$/, 'a platform such as linux/arm64'),
          ),
          'a list of platforms',
        ),
      ),
      v.description('The platforms that it is for; all where it is not given.'),
    ),
  },
  'a waiver: "id", "reason", "owner", "expires"…',
)

/** The grammar of the file of waivers; schema/waivers.schema.json says the same. */
export const WaiversText = v.pipe(
  v.strictObject(
    {
      schema: v.pipe(
        v.literal(waiversSchema, waiversSchema),
        v.description('Version of this format.'),
      ),
      waivers: v.pipe(
        v.array(waiver, 'a list of waivers'),
        v.description('Findings that may pass the gate for a time.'),
      ),
    },
    'the keys "schema" and "waivers"',
  ),
  v.title('Waivers of oke-pipeline'),
  v.description('Findings that may pass the scan gate for a time, and who answers for it.'),
)

/** A waiver as it is written. */
export type WaiverText = v.InferOutput<typeof waiver>
