import * as valibot from 'valibot'

/** The first line of every environments file: which grammar the rest follows. */
export const environmentsSchema = 'oke-pipeline/environments/v1'

function textOf(grammar: {
  readonly pattern: RegExp
  readonly expects: string
  readonly description: string
}) {
  return valibot.pipe(
    valibot.string(grammar.expects),
    valibot.regex(grammar.pattern, grammar.expects),
    valibot.description(grammar.description),
  )
}

function pathsOf({ item, description }: { readonly item: string; readonly description: string }) {
  const path = textOf({
    pattern: /^(?![-/])(?!(?:.*[/\\])?\.\.(?:[/\\]|$))[^\u0000-\u001f\u007f]+$/,
    expects: 'a path relative to the root of the repository, without ".."',
    description: item,
  })
  return valibot.pipe(
    valibot.array(path, 'a list of paths'),
    valibot.minLength(1, 'at least one path'),
    valibot.description(description),
  )
}

/** A Helm chart, and what it is given in an environment. */
const chart = {
  chart: valibot.optional(
    textOf({
      pattern: /^(?![-/])(?!(?:.*[/\\])?\.\.(?:[/\\]|$))[^\u0000-\u001f\u007f]+$/,
      expects: 'a path of the repository, oci://… or the name of a chart',
      description: 'Helm chart that is deployed: a path, oci://…, or a name in chart-repository.',
    }),
  ),
  'chart-repository': valibot.optional(
    textOf({
      pattern: /^https?:\/\/[^\s@]+$/,
      expects: 'a URL such as https://charts.example.com, without credentials',
      description: 'Chart repository that has the chart.',
    }),
  ),
  'chart-version': valibot.optional(
    textOf({
      pattern: /^v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/,
      expects: 'an exact version such as 1.2.3',
      description: 'Exact version of a chart that is not in the repository.',
    }),
  ),
  values: valibot.optional(
    pathsOf({
      item: 'A file with values for the chart.',
      description: 'Values for the chart; the last file wins.',
    }),
  ),
  'image-value': valibot.optional(
    textOf({
      pattern: /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/,
      expects: 'the name of a value such as image or web.image',
      description: 'Value of the chart that names the image.',
    }),
  ),
}

const environment = valibot.strictObject(
  {
    name: textOf({
      pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
      expects: 'a name of at most 100 letters, digits, ".", "_" and "-"',
      description: 'Name of the environment, the same as in the settings of the repository.',
    }),
    namespace: textOf({
      pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
      expects: 'a namespace: at most 63 lower-case letters, digits and "-"',
      description: 'Kubernetes namespace that the environment is deployed to.',
    }),
    manifests: valibot.optional(
      pathsOf({
        item: 'A manifest file, a folder of manifests or a kustomization.',
        description:
          'What is deployed, relative to the root of the repository. Required without a chart.',
      }),
    ),
    ...chart,
    release: valibot.optional(
      textOf({
        pattern: /^[a-z0-9]([a-z0-9-]{0,51}[a-z0-9])?$/,
        expects: 'a release name: at most 53 lower-case letters, digits and "-"',
        description: 'Name of the release within the namespace.',
      }),
    ),
    timeout: valibot.optional(
      textOf({
        pattern: /^(?=\d)(\d{1,6}h)?(\d{1,6}m)?(\d{1,6}s)?$/,
        expects: 'a duration such as 90s, 10m or 1h30m',
        description: 'How long a rollout may take.',
      }),
    ),
    context: valibot.optional(
      textOf({
        pattern: /^[^\u0000-\u001f\u007f]+$/,
        expects: 'the name of a context of the kubeconfig',
        description: 'Context of the kubeconfig to use; by default its current one.',
      }),
    ),
  },
  'an environment with its settings',
)

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
}
