import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startFaultyProxy, writeLayout } from '@oke-pipeline/testing'
import type { LayoutContent, WrittenLayout } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import {
  copyLayoutToRegistry,
  digestOf,
  fetchManifest,
  openLayout,
  parseReference,
  resolveDigest,
} from '../src/index.ts'
import type { CopyResult, TargetTag } from '../src/index.ts'
import { copyPorts } from './copy-ports.ts'

const lab = currentLab()
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'copy-'))
})

afterAll(() => rm(folder, { recursive: true }))

let made = 0

/** A layout that no other test has made. */
async function newLayout(content: Partial<LayoutContent> = {}): Promise<WrittenLayout> {
  made += 1
  return writeLayout({
    folder: join(folder, `layout-${made}`),
    layers: [{ 'bin/app': randomBytes(300_000) }, { 'etc/app.conf': randomBytes(8) }],
    ...content,
  })
}

function newRepository(host: string): string {
  return `${host}/copy/app-${randomBytes(4).toString('hex')}`
}

async function copy(
  layout: WrittenLayout,
  image: string,
  tags: readonly (string | TargetTag)[] = [],
): Promise<CopyResult> {
  const target = {
    reference: parseReference(image),
    tags: tags.map((tag) => (typeof tag === 'string' ? { name: tag, mayMove: false } : tag)),
  }
  return copyLayoutToRegistry(await openLayout(layout.path), target, copyPorts())
}

async function tool(file: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(file, args, { env: { ...lab.environment } })
  return stdout
}

const registries = [
  { name: 'docker-registry', host: lab.registry?.host ?? '' },
  { name: 'crane’s registry', host: lab.referrersRegistry?.host ?? '' },
]

describe.each(registries)('copyLayoutToRegistry to $name', ({ host }) => {
  it.each([
    { name: 'an image', content: {} },
    { name: 'an image without layers', content: { layers: [] } },
    {
      name: 'an index of two platforms and an attestation',
      content: { platforms: ['linux/amd64', 'linux/arm64'], hasAttestation: true },
    },
    { name: 'an image with Docker’s media types', content: { format: 'docker' as const } },
    {
      name: 'a manifest list',
      content: { format: 'docker' as const, platforms: ['linux/amd64', 'linux/arm64'] },
    },
  ])('sends $name as it is, as crane and skopeo see it', async ({ content }) => {
    const layout = await newLayout(content)
    const image = newRepository(host)
    const result = await copy(layout, image, ['1.0', 'other'])
    expect(result).toMatchObject({ digest: layout.digest, alreadyExisted: false })
    expect(result.tags.map(({ outcome }) => outcome)).toEqual(['created', 'created'])

    expect((await tool('crane', 'digest', `${image}:1.0`)).trim()).toBe(layout.digest)
    expect((await tool('crane', 'digest', `${image}:other`)).trim()).toBe(layout.digest)
    const manifest = await tool('crane', 'manifest', `${image}@${layout.digest}`)
    const blob = layout.digest.replace('sha256:', '')
    expect(manifest).toBe(await readFile(join(layout.path, 'blobs/sha256', blob), 'utf8'))
    await tool('crane', 'validate', '--remote', `${image}:1.0`)
    const raw = await tool(
      'skopeo',
      'inspect',
      '--raw',
      '--tls-verify=false',
      `docker://${image}:1.0`,
    )
    expect(digestOf(raw)).toBe(layout.digest)
  })

  it('sends nothing the second time', async () => {
    const layout = await newLayout({ platforms: ['linux/amd64', 'linux/arm64'] })
    await using proxy = await startFaultyProxy({ url: new URL(`http://${host}`) })
    const image = newRepository(proxy.host)
    await copy(layout, image, ['1'])
    proxy.requests.length = 0
    const second = await copy(layout, image, ['1'])
    expect(second).toMatchObject({ alreadyExisted: true, pushedBytes: 0 })
    expect(proxy.requests.filter(({ method }) => !['GET', 'HEAD'].includes(method))).toEqual([])
  })

  it('asks about many small layers only where there is such a repository', async () => {
    const layers = Array.from({ length: 32 }, (_, index) => ({ [`file-${index}`]: randomBytes(8) }))
    const layout = await newLayout({ layers: [...layers, { large: randomBytes(100_000) }] })
    await using proxy = await startFaultyProxy({ url: new URL(`http://${host}`) })
    const image = newRepository(proxy.host)
    const asked = (): number =>
      proxy.requests
        .splice(0)
        .filter(({ method, path }) => method === 'HEAD' && path.includes('/blobs/')).length
    const first = await copy(layout, image, ['1'])
    expect(first).toMatchObject({ skippedBytes: 0, digest: layout.digest })
    expect(asked()).toBe(1)

    const second = await copy(layout, image, ['2'])
    expect(second).toMatchObject({ pushedBytes: 0 })
    expect(asked()).toBe(layers.length + 2)

    const secret = { kind: 'answer', status: 403 } as const
    proxy.add({ method: 'GET', path: /tags\/list/, fault: secret })
    await copy(layout, newRepository(proxy.host), ['1'])
    expect(proxy.faults()).toBe(1)
    expect(asked()).toBe(layers.length + 2)
  })

  it('sends only the layers that are not there', async () => {
    const base = { 'lib/base': randomBytes(100_000) }
    const first = await newLayout({ layers: [base, { app: randomBytes(8) }] })
    const second = await newLayout({ layers: [base, { app: randomBytes(8) }] })
    const image = newRepository(host)
    await copy(first, image)
    const result = await copy(second, image)
    expect(result.entries.filter(({ outcome }) => outcome === 'existed')).toHaveLength(1)
    expect(result.pushedBytes).toBeLessThan(10_000)
  })

  it('does not take a tag from another image, and says which', async () => {
    const [first, second] = [await newLayout(), await newLayout()]
    const image = newRepository(host)
    await copy(first, image, ['1.0'])
    const refused = copy(second, image, ['1.0', 'new'])
    await expect(refused).rejects.toMatchObject({ name: 'ConfigurationError' })
    await expect(refused).rejects.toThrow(`"1.0" is ${first.digest}`)
    await expect(refused).rejects.toThrow(`the image to push is ${second.digest}`)
    expect(await tool('crane', 'ls', image)).toBe('1.0\n')
  })

  it('moves a tag that may move', async () => {
    const [first, second] = [await newLayout(), await newLayout()]
    const image = newRepository(host)
    await copy(first, image, ['latest'])
    const result = await copy(second, image, [{ name: 'latest', mayMove: true }])
    expect(result.tags).toEqual([{ name: 'latest', outcome: 'moved' }])
    expect((await tool('crane', 'digest', `${image}:latest`)).trim()).toBe(second.digest)
  })

  it('resolves what was pushed, and tells what was not', async () => {
    const layout = await newLayout()
    const image = newRepository(host)
    await copy(layout, image, ['1'])
    const tagged = parseReference(`${image}:1`)
    expect(await resolveDigest(tagged, undefined, copyPorts())).toBe(layout.digest)
    const manifest = await fetchManifest(tagged, undefined, copyPorts())
    expect(manifest.digest).toBe(layout.digest)
    expect(manifest.mediaType).toBe('application/vnd.oci.image.manifest.v1+json')
    const absent = parseReference(`${image}:2`)
    await expect(resolveDigest(absent, undefined, copyPorts())).rejects.toThrow(
      `Image ${image}:2 does not exist`,
    )
    await expect(fetchManifest(absent, undefined, copyPorts())).rejects.toThrow('does not exist')
  })
})
