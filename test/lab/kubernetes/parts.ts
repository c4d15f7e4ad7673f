import type { Part } from '../provision/part.ts'

/** The Kubernetes version of the lab: the newest whose kubelet takes control groups of version 1 without being told to. */
export const kubernetesVersion = '1.34.4'

const version = `v${kubernetesVersion}`
const [major = '', minor = ''] = kubernetesVersion.split('.')

const go: NonNullable<Part['go']> = {
  module: 'kubernetes',
  package: '.',
  ldflags: [
    '-s -w',
    `-X k8s.io/component-base/version.gitVersion=${version}`,
    `-X k8s.io/component-base/version.gitMajor=${major}`,
    `-X k8s.io/component-base/version.gitMinor=${minor}`,
    `-X k8s.io/client-go/pkg/version.gitVersion=${version}`,
  ].join(' '),
  usuallySeconds: 480,
}

function component(name: string): Part {
  return {
    name,
    version: kubernetesVersion,
    onPath: { args: ['--version'], accepts: (output) => output.includes(`Kubernetes ${version}`) },
    go,
  }
}

/** The store behind the API server, in the version that this Kubernetes is made with. */
export const etcd: Part = {
  name: 'etcd',
  version: '3.6.4',
  onPath: { args: ['--version'], accepts: (output) => /etcd Version: 3\.[56]\./.test(output) },
  go,
}

export const apiServer: Part = component('kube-apiserver')
export const controllerManager: Part = component('kube-controller-manager')
export const scheduler: Part = component('kube-scheduler')
export const kubelet: Part = component('kubelet')
export const kubeProxy: Part = component('kube-proxy')
