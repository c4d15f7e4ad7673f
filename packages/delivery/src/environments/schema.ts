import { requirementSchema } from '@oke-pipeline/evidence'
import type { TrustInputs } from '@oke-pipeline/evidence'
import { clusterEndpoints } from '@oke-pipeline/oci'
import * as valibot from 'valibot'

/** The first line of every environments file: which grammar the rest follows. */
export const environmentsSchema = 'oke-pipeline/environments/v1'

const repositoryPath = /^(?![-/])(?!(?:.*[/\\])?\.\.(?:[/\\]|$))[^\u0000-\u001f\u007f]+$/

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
    pattern: repositoryPath,
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
      pattern: repositoryPath,
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
    patches: valibot.optional(
      pathsOf({
        item: 'A file with strategic merge patches.',
        description: 'What is different in this environment, whatever is deployed.',
      }),
    ),
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
    cluster: valibot.optional(
      textOf({
        pattern: /^ocid1\.cluster\.oc[0-9]+\.[a-z0-9-]*\.([a-z0-9_-]*\.)?[A-Za-z0-9_-]+$/,
        expects: 'the OCID of an OKE cluster',
        description:
          'OCID of the OKE cluster that the environment is in; a step that is given another way to the cluster goes that one.',
      }),
    ),
    'cluster-endpoint': valibot.optional(
      valibot.pipe(
        valibot.picklist(clusterEndpoints, `one of ${clusterEndpoints.join(', ')}`),
        valibot.description('For `cluster`: which address of its API server is used.'),
      ),
    ),
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
    textOf({
      pattern: repositoryPath,
      expects: 'a path relative to the root of the repository, without "..", or sigstore',
      description:
        'File with the trust roots of the Sigstore instances whose certificates are verified, or `sigstore` for that of the public good instance.',
    }),
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
        textOf({
          pattern: repositoryPath,
          expects: 'a path relative to the root of the repository, without ".."',
          description: 'File with a public key in PEM.',
        }),
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
