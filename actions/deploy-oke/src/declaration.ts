import {
  boolean,
  declareAction,
  duration,
  lines,
  list,
  oneOf,
  optional,
  path,
  required,
  secret,
  text,
  withDefault,
} from '@oke-pipeline/core'
import type { Values } from '@oke-pipeline/core'
import { defaultEnvironmentsFile } from '@oke-pipeline/delivery'
import { digestKind, pinnedReferenceKind } from '@oke-pipeline/image'
import { kubeconfigKind } from '@oke-pipeline/kubernetes'
import { imagePathKind, namedImageKind } from './image-kinds.ts'
import { yamlText } from './yaml-text.ts'

const namespace = text({
  pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  expects: 'the name of a namespace: a-z, 0-9 and "-", 63 characters at most',
})

const release = text({
  pattern: /^[a-z0-9]([a-z0-9-]{0,51}[a-z0-9])?$/,
  expects: 'a name of a-z, 0-9 and "-", 53 characters at most',
})

const manifests = lines(path())

const containerName = text({
  pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  expects: 'the name of a container: a-z, 0-9 and "-", 63 characters at most',
})

const valuePath = text({
  pattern: /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/,
  expects: 'the name of a value such as image or web.image',
})

const timeout = duration({ from: 5, to: 7200 })

/** What deploy-oke takes and gives. */
export const declaration = declareAction({
  name: 'deploy-oke',
  inputs: {
    mode: withDefault(
      oneOf(['apply', 'plan', 'diff-exit-code']),
      'apply',
      '`apply` deploys. `plan` changes nothing, and shows what deploying would do. `diff-exit-code` does the same, and fails the step if there is anything to do: for a schedule that looks for drift.',
    ),
    plan: optional(
      path(),
      'Plan file: `mode: plan` writes it, by default into the runner’s temp folder; `mode: apply` deploys only what it says, and refuses where the cluster or the manifests have changed since.',
    ),
    'plan-hash': optional(
      text({ pattern: /^sha256:[0-9a-f]{64}$/, expects: 'the output `plan-hash` of a plan' }),
      'Hash of the plan that was approved: what is deployed must be just that. The file tells more when it is not.',
    ),
    comment: withDefault(
      boolean(),
      'false',
      'Whether the plan is kept as a comment of the pull request. Needs `pull-requests: write`.',
    ),
    'github-token': withDefault(
      secret(),
      '${{ github.token }}',
      'Token for the comment, and for the list of commits since the release in force (`contents: read`).',
    ),
    kubeconfig: required(
      kubeconfigKind(),
      'Kubeconfig of the cluster, as YAML or base64 of it, from a secret. All secrets in it are masked.',
    ),
    context: optional(text(), 'Context of the kubeconfig; by default its current one.'),
    environment: optional(
      text(),
      'Environment whose settings in the environments file stand in for `namespace`, `manifests`, `release`, `timeout` and `context` where these are not given.',
    ),
    'environments-file': withDefault(
      path(),
      defaultEnvironmentsFile,
      'File that describes the environments; read only where `environment` is given.',
    ),
    'keep-order': withDefault(
      boolean(),
      'false',
      'Hold the deployment to the order of the environments file: for every environment but the first, `promoted-from` must name the one before it.',
    ),
    'promoted-from': optional(
      text(),
      'Environment that the image was promoted from, by the action promote in an earlier step.',
    ),
    namespace: optional(
      namespace,
      'Namespace to deploy to. It must exist; every object goes into it. Required without `environment`.',
    ),
    manifests: optional(
      manifests,
      'Manifests: files, folders of `*.yml`, `*.yaml` and `*.json`, or folders with a kustomization; one path a line. Required without `environment` and `chart`.',
    ),
    chart: optional(
      text(),
      'Helm chart: a path, `oci://registry/path/chart`, or the name of a chart in `chart-repository`. Rendered by `helm template`, and deployed as one release together with `manifests`, if there are any.',
    ),
    'chart-repository': optional(text(), 'URL of the chart repository that has `chart`.'),
    'chart-version': optional(
      text(),
      'Exact version of the chart; required for a chart that is not in this repository.',
    ),
    values: optional(
      lines(path()),
      'Files with values for the chart, one a line; the last one wins.',
    ),
    'set-values': optional(
      yamlText(),
      'Values for the chart as YAML, put over those of `values`. Helm gets them in a file, never on its command line.',
    ),
    'image-value': optional(
      valuePath,
      'Value of the chart that names the image, such as `image`: it gets `repository` and `digest` of the image, or the whole name where the chart has a text.',
    ),
    image: required(
      pinnedReferenceKind(),
      'Image to deploy, by its digest: the output `image` of push-ocir or promote.',
    ),
    'image-name': optional(
      text(),
      'Image in the manifests that is to be replaced, when it is neither the repository of `image` nor the last part of it.',
    ),
    'image-containers': optional(
      list(containerName),
      'Containers that get the image whatever image the manifests give them.',
    ),
    'image-paths': optional(
      lines(imagePathKind()),
      'Places in custom resources that get the image, one a line: `Rollout.argoproj.io:spec.template.spec.containers[*].image`.',
    ),
    images: optional(
      lines(namedImageKind()),
      'Further images, one `name=reference` a line: every container whose image has this name gets the reference, which has a digest.',
    ),
    'require-digests': withDefault(
      boolean(),
      'false',
      'Refuse manifests in which a container is left whose image has no digest.',
    ),
    'platform-digests': optional(
      list(digestKind()),
      'Further digests by which nodes may report the image: those of the platforms of a multi-platform image.',
    ),
    release: optional(
      release,
      'Name of the release in the namespace; by default the last part of the repository of `image`.',
    ),
    timeout: optional(
      timeout,
      'How long the workloads may take to become ready, by default `5m`; rolling back may take as long again.',
    ),
    'rollback-on-failure': withDefault(
      boolean(),
      'true',
      'Put back what was there before when the release does not become ready, or the job is cancelled.',
    ),
    'force-conflicts': withDefault(
      boolean(),
      'true',
      'Take over fields of the manifests that others have set to another value, such as what somebody changed by `kubectl edit`; with `false`, such fields are refused before anything is changed.',
    ),
  },
  outputs: {
    status:
      '`deployed`, `unchanged`, `rolled-back` (what was there before is there again) or `failed`: the step fails with these two. `planned` where the mode is another than `apply`.',
    digest:
      'Digest that the pods are seen to run at the end: the wanted one, or that of the release which was put back. Empty when that is not known.',
    image: 'The same with its name: `iad.ocir.io/namespace/app@sha256:…`.',
    revision: 'Number of the release that was deployed or, after a rollback, put back.',
    'previous-digest': 'Digest of the release before this one; empty for the first.',
    namespace: 'Namespace that was deployed to.',
    changed: '`true` where anything was changed or, with `mode: plan`, would be.',
    plan: 'The plan file, with `mode: plan` and `diff-exit-code`.',
    'plan-hash': 'Hash of the plan: the same for as long as deploying would do the same.',
  },
})

/** The inputs once they are completed by what the environments file says: now some are required. */
export const completedInputs = {
  ...declaration.inputs,
  namespace: required(namespace, 'Namespace to deploy to.'),
  timeout: withDefault(timeout, '5m', 'How long the workloads may take to become ready.'),
}

/** The values of the inputs of deploy-oke. */
export type Inputs = Values<typeof completedInputs>
