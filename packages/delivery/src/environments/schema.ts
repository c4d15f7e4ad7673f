import { requirementSchema } from '@oke-pipeline/evidence'
import type { TrustInputs } from '@oke-pipeline/evidence'
import * as valibot from 'valibot'
import { clusterGrammar } from './cluster-grammar.ts'
import { pathOf, textOf } from './grammars.ts'
import { namespaceGrammar } from './namespace-grammar.ts'
import { rolloutGrammar } from './rollout-grammar.ts'
import { sourceGrammar } from './source-grammar.ts'

/** The first line of every environments file: which grammar the rest follows. */
export const environmentsSchema = 'oke-pipeline/environments/v1'

const environment = valibot.strictObject(
  {
    name: textOf({
      pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
      expects: 'a name of at most 100 letters, digits, ".", "_" and "-"',
      description: 'Name of the environment, the same as in the settings of the repository.',
    }),
    ...namespaceGrammar,
    ...sourceGrammar,
    ...rolloutGrammar,
    ...clusterGrammar,
    evidence: valibot.optional(
      valibot.pipe(
        valibot.array(requirementSchema, 'a list of requirements'),
        valibot.description(
          'Signed statements that must be kept with an image before it is promoted or deployed to the environment. They are verified with `trusted-root` and `trusted-keys` of this file.',
        ),
      ),
    ),
  },
  'an environment with its settings',
)

const trust = {
  'trusted-root': valibot.optional(
    pathOf(
      'File with the trust roots of the Sigstore instances whose certificates are verified, or `sigstore` for that of the public good instance.',
      ', or sigstore',
    ),
  ),
  'trusted-keys': valibot.optional(
    valibot.pipe(
      valibot.record(
        valibot.pipe(
          valibot.string(),
          valibot.regex(
            /^[A-Za-z_][A-Za-z0-9_.-]*$/,
            'a name of letters, digits, "_", "." and "-"',
          ),
        ),
        pathOf('File with a public key in PEM.'),
        'names with the files of their keys',
      ),
      valibot.description('Public keys that signatures are verified with: name and file.'),
    ),
  ),
}

/** The grammar of the environments file; schema/environments.schema.json says the same. */
export const EnvironmentsFile = valibot.pipe(
  valibot.strictObject(
    {
      schema: valibot.pipe(
        valibot.literal(environmentsSchema, environmentsSchema),
        valibot.description('Version of this format.'),
      ),
      environments: valibot.pipe(
        valibot.array(environment, 'a list of environments'),
        valibot.minLength(1, 'at least one environment'),
        valibot.description('All environments, in the order in which a change is promoted.'),
      ),
      ...trust,
    },
    'the keys "schema" and "environments"',
  ),
  valibot.title('Environments of oke-pipeline'),
  valibot.description('How a change reaches production: .github/oke-pipeline.yml.'),
)

/** A place that a change is deployed to, as the environments file describes it. */
export type Environment = valibot.InferOutput<typeof environment>

/** All environments in the order of promotion, and the file that says so. */
export interface Environments {
  readonly file: string
  readonly environments: readonly Environment[]
  /** Whose signatures are verified where environments require evidence. */
  readonly trust: Partial<TrustInputs>
}
