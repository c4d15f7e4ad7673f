import * as v from 'valibot'
import { ageGrammar, sizeGrammar } from './quantities.ts'

/** The first line of every policy for images: which grammar the rest follows. */
export const imagePolicySchema = 'oke-pipeline/image-policy/v1'

const modes = 'enforce or warn'
const mode = v.picklist(['enforce', 'warn'], modes)

/** What is done about a violation: `enforce` fails the step, `warn` only says it. */
export type Mode = v.InferOutput<typeof mode>

const ownMode = v.optional(
  v.pipe(mode, v.description('For this rule; by default the mode of the file.')),
)

function textOf(expects: string, pattern: RegExp) {
  return v.pipe(v.string(expects), v.regex(pattern, expects))
}

const glob = textOf('a pattern such as docker.io/library/* or /usr/lib/**', /^[^\s\u0000-\u001f]+$/)

/** A rule that needs no more than its name. */
function switchable<const Entries extends v.ObjectEntries>(entries: Entries, description: string) {
  return v.optional(
    v.pipe(
      v.union(
        [mode, v.strictObject({ mode: ownMode, ...entries }, `${modes}, or its settings`)],
        modes,
      ),
      v.description(description),
    ),
  )
}

/** A rule that needs settings. */
function settings<const Entries extends v.ObjectEntries>(entries: Entries, description: string) {
  return v.optional(
    v.pipe(
      v.strictObject({ mode: ownMode, ...entries }, 'the settings of the rule'),
      v.description(description),
    ),
  )
}

function listOf<Item extends v.GenericSchema>(item: Item, description: string) {
  return v.pipe(v.array(item, 'a list'), v.minLength(1, 'at least one'), v.description(description))
}

const rules = v.strictObject(
  {
    'allowed-bases': settings(
      {
        images: listOf(
          glob,
          'Registry and repository, such as `docker.io/library/*` or `*.ocir.io/acme/**`.',
        ),
      },
      'Where base images may come from.',
    ),
    'pinned-bases': switchable({}, 'Base images are named by digest.'),
    'base-age': settings(
      {
        maximum: v.pipe(
          textOf('a number of days or weeks such as 90d or 12w', ageGrammar),
          v.description('Days or weeks: `90d`, `12w`.'),
        ),
      },
      'How old the image that the target is built on may be.',
    ),
    'fixed-tags': switchable(
      { allow: v.optional(listOf(glob, 'Tags that may move all the same.')) },
      'No tag of the image or of a base without digest moves: not `latest`, no branch, no `1.2`.',
    ),
    'non-root': switchable({}, 'The image does not run as root.'),
    'maximum-size': settings(
      {
        size: v.pipe(
          textOf('a size such as 200MB or 1.5GiB', sizeGrammar),
          v.description('Of what is pulled, compressed as it is, for one platform: `200MB`.'),
        ),
      },
      'How large the image may be.',
    ),
    'maximum-layers': settings(
      {
        layers: v.pipe(
          v.number('a number of layers'),
          v.integer('a number of layers'),
          v.minValue(1, 'a number of layers'),
        ),
      },
      'How many layers the image may have.',
    ),
    'required-labels': settings(
      { labels: listOf(textOf('the name of a label', /^[^\s=]+$/), 'Names of labels.') },
      'Labels that the image has, with some value.',
    ),
    'no-setuid': switchable(
      { allow: v.optional(listOf(glob, 'Paths of files that may be setuid or setgid.')) },
      'No file runs with the rights of its owner or group (setuid, setgid).',
    ),
    'no-secrets': switchable(
      {
        'allow-paths': v.optional(
          listOf(glob, 'Paths of files that may look like secrets, such as test keys.'),
        ),
        'allow-patterns': v.optional(
          listOf(
            textOf('the name of a pattern', /^[a-z0-9-]+$/),
            'Patterns that are not looked for.',
          ),
        ),
      },
      'No secrets in the history, the environment, the labels or any layer.',
    ),
    'allowed-ports': settings(
      {
        ports: v.pipe(
          v.array(
            textOf(
              'a port such as "8080", "53/udp" or "8000-8099"',
              /^\d{1,5}(?:-\d{1,5})?(?:\/(?:tcp|udp|sctp))?$/,
            ),
            'a list',
          ),
          v.description(
            'Ports in quotes: `"8080"`, `"53/udp"`, `"8000-8099"`; an empty list for none.',
          ),
        ),
      },
      'Ports that the image may expose.',
    ),
  },
  'the rules by their names',
)

/** The grammar of a policy for images; schema/image-policy.schema.json says the same. */
export const ImagePolicyFile = v.pipe(
  v.strictObject(
    {
      schema: v.pipe(
        v.literal(imagePolicySchema, imagePolicySchema),
        v.description('Version of this format.'),
      ),
      mode: v.optional(
        v.pipe(
          mode,
          v.description('For all rules that have no mode of their own; by default enforce.'),
        ),
      ),
      rules: v.pipe(
        rules,
        v.description('What the image is held to; a rule that is not there is not checked.'),
      ),
    },
    'the keys "schema" and "rules"',
  ),
  v.title('Policy for images of oke-pipeline'),
  v.description('What build-image holds an image to: its input "policy".'),
)

type Rules = v.InferOutput<typeof rules>

/** The name of a rule. */
export type RuleName = keyof Rules

type SettingsOf<Rule> = Omit<Extract<Rule, object>, 'mode'>

/** A rule that is checked: how, and with what settings. */
export interface Rule<Name extends RuleName> {
  readonly mode: Mode
  readonly settings: SettingsOf<NonNullable<Rules[Name]>>
}

/** What an image is held to. */
export type ImagePolicy = { readonly [Name in RuleName]?: Rule<Name> }
