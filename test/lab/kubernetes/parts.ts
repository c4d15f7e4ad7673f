import type { Part, Release } from '../provision/part.ts'

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

const components = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
]

/** The archive with all components of a server; the project publishes its SHA-512. */
function serverArchive(architecture: string, sha512: string, name: string): Release {
  const member = (component: string): string => `kubernetes/server/bin/${component}`
  return {
    url: `https://dl.k8s.io/${version}/kubernetes-server-linux-${architecture}.tar.gz`,
    sha512,
    member: member(name),
    together: components.map(member),
  }
}

function component(name: string): Part {
  return {
    name,
    version: kubernetesVersion,
    onPath: { args: ['--version'], accepts: (output) => output.includes(`Kubernetes ${version}`) },
    release: {
      x64: serverArchive(
        'amd64',
        '65c75e81e3ea488f6d42b493cad64d7577ddfa1e5372037a1c841ac069039997d359b5b2f2d44e7665bf04c48ed0065cf9d4c9801b1e63bb6a1b099ef00d4863',
        name,
      ),
      arm64: serverArchive(
        'arm64',
        'a1fad7060ed67b5634f32f3256a295179dd887dab5c82b8550c2eb62c69df34cfbb311c8f93e7608d558eba32b9e2ddc23976db39e512fd747cc6bf9b4c1765f',
        name,
      ),
    },
    go,
  }
}

const etcdVersion = '3.6.4'

function etcdArchive(architecture: string, sha256: string): Release {
  const folder = `etcd-v${etcdVersion}-linux-${architecture}`
  return {
    url: `https://github.com/etcd-io/etcd/releases/download/v${etcdVersion}/${folder}.tar.gz`,
    sha256,
    member: `${folder}/etcd`,
  }
}

/** The store behind the API server, in the version that this Kubernetes is made with. */
export const etcd: Part = {
  name: 'etcd',
  version: etcdVersion,
  onPath: { args: ['--version'], accepts: (output) => /etcd Version: 3\.[56]\./.test(output) },
  release: {
    x64: etcdArchive('amd64', '4d5f3101daa534e45ccaf3eec8d21c19b7222db377bcfd5e5a9144155238c105'),
    arm64: etcdArchive('arm64', '323421fa279f4f3d7da4c7f2dfa17d9e49529cb2b4cdf40899a7416bccdde42d'),
  },
  go,
}

export const apiServer: Part = component('kube-apiserver')
export const controllerManager: Part = component('kube-controller-manager')
export const scheduler: Part = component('kube-scheduler')
export const kubelet: Part = component('kubelet')
export const kubeProxy: Part = component('kube-proxy')
