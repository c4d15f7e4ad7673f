import * as valibot from 'valibot'
import { flagOf, mappingOf, pathsOf, pathOf, textOf, textsOf } from './grammars.ts'

const { optional } = valibot

const variableName = {
  pattern: /^[A-Za-z_][A-Za-z0-9_]*$/,
  expects: 'the name of a variable: letters, digits and "_"',
}

const command = valibot.pipe(
  valibot.array(valibot.string('a text'), 'a program and its arguments, as a list'),
  valibot.minLength(1, 'a program and its arguments'),
  valibot.description('A program and its arguments.'),
)

/** The settings that mean nothing without a chart. */
export const chartGrammar = {
  'chart-repository': optional(
    textOf({
      pattern: /^https?:\/\/[^\s@]+$/,
      expects: 'a URL such as https://charts.example.com, without credentials',
      description: 'Chart repository that has the chart.',
    }),
  ),
  'chart-version': optional(
    textOf({
      pattern: /^v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/,
      expects: 'an exact version such as 1.2.3',
      description: 'Exact version of a chart that is not in the repository.',
    }),
  ),
  'chart-digest': optional(
    textOf({
      pattern: /^sha256:[0-9a-f]{64}$/,
      expects: 'a digest such as sha256:… (64 hex digits)',
      description: 'Digest of the chart’s archive in `chart-repository`, by `sha256sum`.',
    }),
  ),
  values: optional(
    pathsOf({
      item: 'A file with values for the chart.',
      description: 'Values for the chart; the last file wins.',
    }),
  ),
  'set-values': optional(
    valibot.pipe(
      valibot.record(valibot.string(), valibot.unknown(), 'a mapping of values'),
      valibot.description('Values for the chart, put over those of `values`.'),
    ),
  ),
  'image-value': optional(
    textOf({
      pattern: /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/,
      expects: 'the name of a value such as image or web.image',
      description: 'Value of the chart that names the image.',
    }),
  ),
  'helm-version': optional(
    textOf({
      pattern: /^\d+\.\d+\.\d+$/,
      expects: 'an exact version such as 4.1.4',
      description: 'Exact version of Helm that renders the chart.',
    }),
  ),
} as const

/** What is deployed to an environment, and what is different in it. */
export const sourceGrammar = {
  manifests: optional(
    pathsOf({
      item: 'A manifest file, a folder of manifests or a kustomization.',
      description:
        'What is deployed, relative to the root of the repository. Required without a chart and without a command.',
    }),
  ),
  'manifest-command': optional(
    valibot.pipe(
      valibot.array(command, 'a list of programs, each a list of texts'),
      valibot.minLength(1, 'at least one program'),
      valibot.description('Programs that write manifests to standard output.'),
    ),
  ),
  chart: optional(
    pathOf(
      'Helm chart that is deployed: a path, oci://…, or a name in chart-repository.',
      ', oci://… or the name of a chart',
    ),
  ),
  ...chartGrammar,
  patches: optional(
    pathsOf({
      item: 'A file with strategic merge patches.',
      description: 'What is different in this environment, whatever is deployed.',
    }),
  ),
  'kubectl-version': optional(
    textOf({
      pattern: /^\d+\.\d+\.\d+$/,
      expects: 'an exact version such as 1.35.2',
      description: 'Exact version of kubectl that renders kustomizations and patches.',
    }),
  ),
  substitute: optional(
    mappingOf({
      name: variableName,
      value: {
        pattern: /^(?!\s)[^\u0000-\u001f\u007f]*(?<!\s)$/,
        expects: 'a text in one line (in quotes, where YAML would read a number, true or false)',
        description: 'Its value.',
      },
      description:
        'Variables that manifests, patches and values may name as `${NAME}`, and their values; no other reference is allowed then.',
    }),
  ),
  'image-name': optional(
    textOf({
      pattern: /^[^\u0000-\u001f\u007f]+$/,
      expects: 'text in one line',
      description: 'Image in the manifests that is to be replaced.',
    }),
  ),
  'image-containers': optional(
    textsOf(
      {
        pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
        expects: 'the name of a container',
        description: 'The name of a container.',
      },
      'Containers that get the image whatever image the manifests give them.',
    ),
  ),
  'image-paths': optional(
    textsOf(
      {
        pattern:
          /^[A-Z][A-Za-z0-9]*(\.[a-z0-9][a-z0-9.-]*)?:[A-Za-z0-9_-]+(\[\*\])?(\.[A-Za-z0-9_-]+(\[\*\])?)*$/,
        expects:
          'Kind:path or Kind.group:path, such as Rollout.argoproj.io:spec.template.spec.containers[*].image',
        description: 'A kind, and where its objects name the image.',
      },
      'Places in custom resources that get the image.',
    ),
  ),
  images: optional(
    mappingOf({
      name: {
        pattern: /^[A-Za-z0-9][A-Za-z0-9._:/-]*$/,
        expects: 'the name of an image in the manifests',
      },
      value: {
        pattern: /^[^\s@=]+@sha256:[0-9a-f]{64}$/,
        expects: 'an image by digest, such as iad.ocir.io/namespace/proxy@sha256:…',
        description: 'What is put in for it.',
      },
      description: 'Further images: every container whose image has the name gets the reference.',
    }),
  ),
  'require-digests': optional(
    flagOf('Refuse manifests in which a container is left whose image has no digest.'),
  ),
} as const
