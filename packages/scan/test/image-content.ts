import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { WrittenLayout } from '@oke-pipeline/testing'
import type { ScanSubject } from '../src/index.ts'

/** Files of an installed npm package, as a scanner finds it. */
export function npmPackage(name: string, version: string): Readonly<Record<string, string>> {
  const manifest = JSON.stringify({ name, version, license: 'MIT' })
  return { [`app/node_modules/${name}/package.json`]: manifest }
}

/** What scanners look at of Debian 12: two packages. */
export const debian = {
  'etc/os-release': 'NAME="Debian GNU/Linux"\nID=debian\nVERSION_ID="12"\n',
  'etc/debian_version': '12.8\n',
  'var/lib/dpkg/status': `Package: tar
Status: install ok installed
Architecture: amd64
Version: 1.34+dfsg-1.2+deb12u1
Maintainer: Janos Lenart <ocsi@debian.org>

Package: libc6
Status: install ok installed
Source: glibc
Architecture: amd64
Version: 2.36-9+deb12u9
Maintainer: GNU Libc Maintainers <debian-glibc@lists.debian.org>

`,
} as const

interface WrittenManifest {
  readonly config: { readonly digest: string }
  readonly layers: readonly { readonly digest: string }[]
  readonly manifests?: readonly WrittenDescriptor[]
}

interface WrittenDescriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly platform?: { readonly os: string; readonly architecture: string }
}

interface WrittenConfig {
  readonly rootfs: { readonly diff_ids: readonly string[] }
}

/** The images of a layout that `writeLayout` wrote; the first layer is the base. */
export async function subjectsOf({ path }: WrittenLayout): Promise<readonly ScanSubject[]> {
  const { manifests } = await json<{ readonly manifests: readonly WrittenDescriptor[] }>(
    join(path, 'index.json'),
  )
  const [root] = manifests
  if (root === undefined) throw new Error('A layout has an image')
  const { manifests: images } = await blob<WrittenManifest>(path, root.digest)
  if (images === undefined) return [await subjectOf(path, root, undefined)]
  return Promise.all(images.map((image) => subjectOf(path, image, root.digest)))
}

async function subjectOf(
  path: string,
  { digest, mediaType, size, platform }: WrittenDescriptor,
  indexDigest: string | undefined,
): Promise<ScanSubject> {
  const manifest = await blob<WrittenManifest>(path, digest)
  const { rootfs } = await blob<WrittenConfig>(path, manifest.config.digest)
  return {
    layout: path,
    manifest: { mediaType, size },
    sbom: undefined,
    image: {
      digest,
      indexDigest,
      configDigest: manifest.config.digest,
      layers: rootfs.diff_ids.map((diffId, index) => ({
        diffId,
        digest: manifest.layers[index]?.digest ?? '',
      })),
      baseLayerCount: 1,
      platform:
        indexDigest === undefined || platform === undefined
          ? undefined
          : `${platform.os}/${platform.architecture}`,
    },
  }
}

function blob<T>(path: string, digest: string): Promise<T> {
  return json<T>(join(path, 'blobs', ...digest.split(':')))
}

async function json<T>(path: string): Promise<T> {
  // These files were written a moment ago by the test itself.
  return JSON.parse(await readFile(path, 'utf8')) as T
}
