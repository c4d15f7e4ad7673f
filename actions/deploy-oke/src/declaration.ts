import {
  boolean,
  declareAction,
  duration,
  integer,
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
import { clusterInputs, defaultEnvironmentsFile, evidenceInputs } from '@oke-pipeline/delivery'
import { digestKind, pinnedReferenceKind } from '@oke-pipeline/image'
import { firstReactions, reactions } from '@oke-pipeline/kubernetes'
import { identityInputs } from '@oke-pipeline/oci'
import { argumentList } from './argument-list.ts'
import { imagePathKind, namedImageKind } from './image-kinds.ts'
import { metadataKind } from './metadata-kind.ts'
import { settingInput } from './setting-input.ts'
import { variablesKind } from './variable-kind.ts'
import { yamlText } from './yaml-text.ts'

const namespace = text({
  pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  expects: 'the name of a namespace: a-z, 0-9 and "-", 63 characters at most',
})

const release = text({
  pattern: /^[a-z0-9]([a-z0-9-]{0,51}[a-z0-9])?$/,
  expects: 'a name of a-z, 0-9 and "-", 53 characters at most',
})

const pullSecretName = text({
  pattern: /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
  expects: 'the name of a Secret: a-z, 0-9, "-" and ".", 253 characters at most',
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

/** Settings of the environments file that have a default where neither it nor the step sets them. */
const settings = {
  timeout: withDefault(
    duration({ from: 5, to: 7200 }),
    '5m',
    'How long the workloads may take to become ready; rolling back may take as long again.',
  ),
  'create-namespace': withDefault(
    boolean(),
    'false',
    'Make the namespace if it does not exist. One that exists is left as it is.',
  ),
  'require-digests': withDefault(
    boolean(),
    'false',
    'Refuse manifests in which a container is left whose image has no digest.',
  ),
  'min-ready': withDefault(
    duration({ from: 0, to: 3600 }),
    '0s',
    'How long every new pod must have been ready without a break before the release counts as deployed.',
  ),
  'lock-timeout': withDefault(
    duration({ from: 0, to: 21600 }),
    '30m',
    'How long to wait while other runs deploy the same release; `0s` does not wait.',
  ),
  'on-failure': withDefault(
    oneOf(reactions),
    'rollback',
    'What to do when the release does not become ready, or the job is cancelled: `rollback` puts back what was there before, `stop` halts the rollout so that the pods which still run stay, `keep` leaves it as it is. The step fails all the same.',
  ),
  'first-release': withDefault(
    oneOf(firstReactions),
    'remove',
    'What `on-failure: rollback` does with a first release, before which there was nothing: `remove` or `keep` it.',
  ),
  'force-conflicts': withDefault(
    boolean(),
    'true',
    'Take over fields of the manifests that others have set to another value, such as what somebody changed by `kubectl edit`; with `false`, such fields are refused before anything is changed.',
  ),
  'on-immutable': withDefault(
    oneOf(['fail', 'recreate']),
    'fail',
    'What to do where a field cannot be changed, such as the selector of a Deployment: `fail` before anything is changed, or `recreate`: delete the object and make it anew. Jobs are always made anew; what holds data never is.',
  ),
  'max-prune': withDefault(
    integer({ from: 0, to: 100_000 }),
    '50',
    'How many objects that the manifests no longer have may be deleted; with more, nothing is changed. An object with the annotation `oke-pipeline.dev/prune: keep` stays.',
  ),
} as const

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
    ...clusterInputs,
    environment: optional(
      text(),
      'Environment whose settings in the environments file stand in for the inputs of the same names where these are not given, `namespace`, `manifests` and `cluster` among them.',
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
      'Namespace to deploy to; every object goes into it. It must exist, unless it is made by `create-namespace`. Required without `environment`.',
    ),
    'create-namespace': settingInput(settings['create-namespace']),
    'namespace-labels': optional(
      lines(metadataKind()),
      'Labels of a namespace that is made, one `key=value` a line, such as `pod-security.kubernetes.io/enforce=restricted`.',
    ),
    'namespace-annotations': optional(
      lines(metadataKind()),
      'Annotations of a namespace that is made, one `key=value` a line.',
    ),
    'pull-secret': optional(
      pullSecretName,
      'Secret that pods pull images of the registry of `image` with. It is written, with the login below, before anything is deployed, and named in every workload that has such an image.',
    ),
    'pull-secret-username': optional(
      text(),
      'User of `pull-secret`, for OCIR `<namespace>/<user>`. Without it this step logs in to OCIR by the inputs `oci-…`: such a login ends within the hour.',
    ),
    'pull-secret-password': optional(
      secret(),
      'Password of `pull-secret-username`; for OCIR an auth token.',
    ),
    manifests: optional(
      manifests,
      'Manifests, one path a line: files, patterns such as `k8s/**/*.yml`, folders of `*.yml`, `*.yaml` and `*.json`, folders with a kustomization, or URLs with a digest: `https://…#sha256=…`. Required without `environment`, `chart` and `manifest-command`.',
    ),
    'manifest-command': optional(
      lines(argumentList()),
      'Programs that write manifests to standard output, one a line as a JSON list: `["jsonnet", "-y", "app.jsonnet"]`. Run in the workspace, without a shell.',
    ),
    patches: optional(
      lines(path()),
      'Files with strategic merge patches, one path a line: each names an object and has what is to be different in it. Applied to everything that is deployed, by `kubectl kustomize`.',
    ),
    'kubectl-version': optional(
      text({ pattern: /^\d+\.\d+\.\d+$/, expects: 'an exact version such as 1.35.2' }),
      'Exact version of kubectl whose kustomize renders kustomizations and `patches`: taken from PATH if it is that one, else downloaded from dl.k8s.io and checked by the SHA-256 that is pinned here. By default the one in PATH.',
    ),
    substitute: optional(
      variablesKind(),
      'Variables that manifests, patches and values may name as `${NAME}`; no other reference is allowed then. Names of variables of this step (`env:`), or `NAME=value`, one a line.',
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
    'chart-digest': optional(
      digestKind(),
      'Digest of the chart’s archive in `chart-repository`, by `sha256sum`. Without it the archive is held to the one that the index of the repository has.',
    ),
    'chart-username': optional(
      text(),
      'User of the chart repository, or of the registry that has the chart; without it Helm uses the login of an earlier step for a registry.',
    ),
    'chart-password': optional(secret(), 'Password of `chart-username`.'),
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
    'helm-version': optional(
      text({ pattern: /^\d+\.\d+\.\d+$/, expects: 'an exact version such as 4.1.4' }),
      'Exact version of Helm that renders `chart`: taken from PATH if it is that one, else downloaded from get.helm.sh and checked by the SHA-256 that is pinned here. By default Helm 3 or 4 of PATH, else the newest of those that are pinned.',
    ),
    image: optional(
      pinnedReferenceKind(),
      'Image to deploy, by its digest: the output `image` of push-ocir or promote. Required with `mode: apply`; a plan without it goes by the image of the release in force.',
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
    'require-digests': settingInput(settings['require-digests']),
    'platform-digests': optional(
      list(digestKind()),
      'Further digests by which nodes may report the image: those of the platforms of a multi-platform image.',
    ),
    ...evidenceInputs,
    release: optional(
      release,
      'Name of the release in the namespace; by default the last part of the repository of `image`; without an image, the one that is in force.',
    ),
    timeout: settingInput(settings.timeout),
    'min-ready': settingInput(settings['min-ready']),
    'max-restarts': optional(
      integer({ from: 0, to: 1000 }),
      'How often a container of the new pods may be restarted: more fails the release, even if it becomes ready in between; fewer do not, even in a crash loop. By default crash loops fail, and two restarts after errors.',
    ),
    'lock-timeout': settingInput(settings['lock-timeout']),
    'allow-older': withDefault(
      boolean(),
      'false',
      'Deploy even if the release in force is of a newer commit, or was deployed by a newer run.',
    ),
    'on-failure': settingInput(settings['on-failure']),
    'first-release': settingInput(settings['first-release']),
    'force-conflicts': settingInput(settings['force-conflicts']),
    'on-immutable': settingInput(settings['on-immutable']),
    'max-prune': settingInput(settings['max-prune']),
    ...identityInputs,
  },
  outputs: {
    status:
      '`deployed`, `unchanged`, `rolled-back` (what was there before is there again) or `failed`: the step fails with these two. `planned` where the mode is another than `apply`.',
    digest:
      'Digest that the pods are seen to run at the end: the wanted one, or that of the release which was put back. Empty when that is not known.',
    image:
      'The same with its name: `iad.ocir.io/namespace/app@sha256:…`. Where the mode is another than `apply`, the image that the plan goes by.',
    release: 'Number of the release that was deployed or, after a rollback, put back.',
    'previous-digest': 'Digest of the release before this one; empty for the first.',
    namespace: 'Namespace that was deployed to.',
    url: 'Where people reach the release: by its first Ingress, else HTTPRoute, Gateway or Service with a load balancer. Empty where there is none, or none has an address yet.',
    objects: 'How many objects the release has.',
    duration: 'Seconds that the deployment took, the wait for its turn and a rollback included.',
    changed: '`true` where anything was changed or, with `mode: plan`, would be.',
    plan: 'The plan file, with `mode: plan` and `diff-exit-code`.',
    'plan-hash': 'Hash of the plan: the same for as long as deploying would do the same.',
  },
})

/** The inputs once they are completed by what the environments file says: now some are required. */
export const completedInputs = {
  ...declaration.inputs,
  namespace: required(namespace, 'Namespace to deploy to.'),
  ...settings,
}

/** The values of the inputs of deploy-oke. */
export type Inputs = Values<typeof completedInputs>

/** The same with the image to go by, wherever it comes from. */
export type CompleteInputs = Inputs & { readonly image: NonNullable<Inputs['image']> }
