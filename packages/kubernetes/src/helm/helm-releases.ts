import type { ToolArchive } from '@oke-pipeline/core'

/** The processors of runners that Helm is published for. */
const platforms = { x64: 'linux-amd64', arm64: 'linux-arm64' } as const

type Architecture = keyof typeof platforms

/**
 * The releases that are downloaded, by version, the default first, with the checksums that the
 * project publishes beside them. A version that is not here is never downloaded.
 */
const checksums: Readonly<Record<string, Readonly<Record<Architecture, string>>>> = {
  '4.1.4': {
    x64: '70b2c30a19da4db264dfd68c8a3664e05093a361cefd89572ffb36f8abfa3d09',
    arm64: '13d03672be289045d2ff00e4e345d61de1c6f21c1257a45955a30e8ae036d8f1',
  },
  '3.21.4': {
    x64: '61f88ab166748cb19604d7884cb100ae9ccb13804ddeb98e08af167eacbb6a14',
    arm64: 'b54c04b4e0b2540bbdc08c17a121dab70e9a2ed0de5705528fec68a5fd3b85a7',
  },
  '3.19.0': {
    x64: 'a7f81ce08007091b86d8bd696eb4d86b8d0f2e1b9f6c714be62f82f96a594496',
    arm64: '440cf7add0aee27ebc93fada965523c1dc2e0ab340d4348da2215737fc0d76ad',
  },
}

/** The versions of Helm that can be downloaded, the default first. */
export const helmReleases: readonly string[] = Object.keys(checksums)

/** The archive of a version for a Linux machine; undefined where none is known here. */
export function helmArchive(version: string, architecture: string): ToolArchive | undefined {
  if (architecture !== 'x64' && architecture !== 'arm64') return undefined
  const sha256 = Object.hasOwn(checksums, version) ? checksums[version]?.[architecture] : undefined
  if (sha256 === undefined) return undefined
  const platform = platforms[architecture]
  const fileName = `helm-v${version}-${platform}.tar.gz`
  return {
    name: 'helm',
    title: 'Helm',
    version,
    architecture,
    url: new URL(`https://get.helm.sh/${fileName}`),
    fileName,
    sha256,
    member: `${platform}/helm`,
  }
}
