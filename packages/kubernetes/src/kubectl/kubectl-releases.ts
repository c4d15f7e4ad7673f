import type { ToolArchive } from '@oke-pipeline/core'

/** The processors of runners that kubectl is published for. */
const platforms = { x64: 'amd64', arm64: 'arm64' } as const

type Architecture = keyof typeof platforms

/**
 * The releases that are downloaded, by version, with the checksums that the project publishes beside
 * them. A version that is not here is never downloaded.
 */
const checksums: Readonly<Record<string, Readonly<Record<Architecture, string>>>> = {
  '1.36.4': {
    x64: '8b8f088da2dab964f853b38464033b1be15ede2839eca751482357c45abdd05a',
    arm64: '0ecf44450ee6063bf19dd166a103ee6df4a9034455c2abce626e6eea657d73fb',
  },
  '1.35.8': {
    x64: '874d5e72dbb819f43cff16bcd1e4f8bac5b7f2361fe1e55049b0a6c676fb0cbf',
    arm64: 'cc749967b62f4422260bc9c0aa7a7c55f45175ae38cb8d95767b5d2b7e04c1fd',
  },
  '1.35.2': {
    x64: '924eb50779153f20cb668117d141440b95df2f325a64452d78dff9469145e277',
    arm64: 'cd859449f54ad2cb05b491c490c13bb836cdd0886ae013c0aed3dd67ff747467',
  },
  '1.34.11': {
    x64: '8efbb9435132a190920eb65a47a8c1ecf755ad85ab57a600c9bedbab460bb7a8',
    arm64: '5b045a4712674c88a56fd98eef4285689738b7fbe8735e1b9ee3509521af5cb4',
  },
}

/** The versions of kubectl that can be downloaded. */
export const kubectlReleases: readonly string[] = Object.keys(checksums)

/** The program of a version for a Linux machine; undefined where none is known here. */
export function kubectlProgram(version: string, architecture: string): ToolArchive | undefined {
  if (architecture !== 'x64' && architecture !== 'arm64') return undefined
  const sha256 = Object.hasOwn(checksums, version) ? checksums[version]?.[architecture] : undefined
  if (sha256 === undefined) return undefined
  return {
    name: 'kubectl',
    title: 'kubectl',
    version,
    architecture,
    url: new URL(
      `https://dl.k8s.io/release/v${version}/bin/linux/${platforms[architecture]}/kubectl`,
    ),
    fileName: 'kubectl',
    sha256,
    member: undefined,
  }
}
