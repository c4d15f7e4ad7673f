import type { BuildRequest } from '../src/build-request.ts'
import type { Inputs } from '../src/declaration.ts'

/** The inputs of a workflow that gives none. */
export const defaults: Inputs = {
  context: { kind: 'folder', path: '.' },
  file: undefined,
  target: undefined,
  platforms: undefined,
  'build-args': undefined,
  'build-contexts': undefined,
  secrets: undefined,
  'secret-files': undefined,
  'secret-envs': undefined,
  ssh: undefined,
  labels: undefined,
  annotations: undefined,
  'cache-from': undefined,
  'cache-to': undefined,
  'no-cache': false,
  'no-cache-filters': undefined,
  pull: false,
  network: undefined,
  'add-hosts': undefined,
  'shm-size': undefined,
  ulimit: undefined,
  'cgroup-parent': undefined,
  allow: undefined,
  provenance: 'true',
  sbom: 'false',
  attests: undefined,
  image: undefined,
  tags: undefined,
  reproducible: false,
  policy: undefined,
  previous: undefined,
  engine: 'auto',
  builder: undefined,
  layout: undefined,
  archive: undefined,
}

/** What is asked of an engine by inputs, in the folder `/w`. */
export function request(inputs: Partial<Inputs>, paths: Partial<BuildRequest> = {}): BuildRequest {
  return {
    inputs: { ...defaults, ...inputs },
    context: '/w',
    dockerfile: '/w/Dockerfile',
    layout: '/t/image',
    labels: inputs.labels ?? [],
    annotations: inputs.annotations ?? [],
    secrets: [],
    epoch: undefined,
    ...paths,
  }
}
