import type { Parameters } from '@oke-pipeline/evidence'
import type { BuildPorts, BuildRequest } from '../build-request.ts'
import type { Built } from '../built.ts'
import type { Inputs } from '../declaration.ts'

/**
 * What the user decides about the build: the workflow, and each input that shapes the image. Values
 * of build arguments are told with "provenance: max" only, as BuildKit does; secrets are told by
 * name, never by value.
 */
export function externalParameters({ inputs }: BuildRequest, { run }: BuildPorts): Parameters {
  const workflow = {
    repository: run.repository,
    ref: run.ref,
    path: workflowPathOf(run.workflowRef),
  }
  return present({ workflow: present(workflow), inputs: present(shapingInputs(inputs)) })
}

function shapingInputs(inputs: Inputs): Parameters {
  const { context } = inputs
  return {
    context: context.kind === 'git' ? withoutUser(context.url) : context.path,
    file: inputs.file,
    target: inputs.target,
    platforms: inputs.platforms,
    'build-args': argumentsOf(inputs),
    'build-contexts': valuesOf(inputs['build-contexts'])?.map(withoutUser),
    secrets: secretNames(inputs),
    ssh: inputs.ssh?.map((agent) => agent.replace(/=.*$/, '')),
    labels: valuesOf(inputs.labels),
    annotations: valuesOf(inputs.annotations),
    'cache-from': inputs['cache-from']?.map(({ type, attributes }) =>
      // Other attributes may be keys of a store.
      attributes.ref === undefined ? type : `${type} ${withoutUser(attributes.ref)}`,
    ),
    'no-cache': inputs['no-cache'],
    'no-cache-filters': inputs['no-cache-filters'],
    pull: inputs.pull,
    network: inputs.network,
    'add-hosts': inputs['add-hosts'],
    'shm-size': inputs['shm-size'],
    ulimit: inputs.ulimit,
    'cgroup-parent': inputs['cgroup-parent'],
    allow: inputs.allow,
    reproducible: inputs.reproducible,
  }
}

function argumentsOf(inputs: Inputs): readonly string[] | undefined {
  const given = inputs['build-args']
  return inputs.provenance.endsWith('max') ? valuesOf(given) : given?.map(({ name }) => name)
}

function valuesOf(
  pairs: readonly { readonly name: string; readonly value: string }[] | undefined,
): readonly string[] | undefined {
  return pairs?.map(({ name, value }) => `${name}=${value}`)
}

function secretNames(inputs: Inputs): readonly string[] | undefined {
  const all = [inputs.secrets, inputs['secret-files'], inputs['secret-envs']].flatMap(
    (pairs) => pairs ?? [],
  )
  return all.length === 0 ? undefined : all.map(({ name }) => name)
}

/** A token in a URL is a secret. */
function withoutUser(text: string): string {
  return text.replaceAll(/\/\/[^/@\s]*@/g, '//')
}

/** What the runner decides. */
export function internalParameters({ request, choice }: Built, { run }: BuildPorts): Parameters {
  return present({
    engine: choice.engine.title,
    sourceDateEpoch: request.epoch,
    github: present({
      eventName: run.eventName,
      actor: run.actor,
      job: run.job,
      workflowSha: run.workflowSha,
      runnerEnvironment: run.runnerEnvironment,
    }),
  })
}

function workflowPathOf(workflowRef: string | undefined): string | undefined {
  return /^[^/]+\/[^/]+\/(?<path>[^@]+)@/.exec(workflowRef ?? '')?.groups?.path
}

function present(parameters: Parameters): Parameters {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined))
}
