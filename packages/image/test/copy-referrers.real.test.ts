import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startFaultyProxy, writeLayout } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import {
  addReferrer,
  copyLayoutToRegistry,
  digestOf,
  openLayout,
  openReferrers,
  parseReference,
} from '../src/index.ts'
import type { CopyResult, Descriptor, Layout } from '../src/index.ts'
import { copyPorts } from './copy-ports.ts'

const lab = currentLab()
let folder = ''
let made = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'copy-referrers-'))
})

afterAll(() => rm(folder, { recursive: true }))

async function newLayout(): Promise<Layout> {
  made += 1
  const path = join(folder, `layout-${made}`)
  const platforms = ['linux/amd64', 'linux/arm64']
  await writeLayout({ folder: path, layers: [{ app: randomBytes(1000) }], platforms })
  return openLayout(path)
}

async function remark(
  layout: Layout,
  text: string,
  subject: Descriptor = layout.root,
): Promise<Descriptor> {
  const mediaType = 'application/vnd.example.remark'
  const annotations = { text }
  const content = { mediaType, bytes: Buffer.from(text) }
  return addReferrer(layout.path, { artifactType: mediaType, subject, content, annotations })
}

async function copy(layout: Layout, image: string): Promise<CopyResult> {
  const target = { reference: parseReference(image), tags: [{ name: '1', mayMove: false }] }
  return copyLayoutToRegistry(layout, target, copyPorts())
}

async function tool(file: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(file, args, { env: { ...lab.environment } })
  return stdout
}

interface Index {
  readonly manifests: readonly { readonly digest: string; readonly artifactType?: string }[]
}

/** What the registry answers others who ask for referrers: by its API, or under the tag. */
async function listed(image: string, subject: string): Promise<Index['manifests']> {
  const [, host = '', repository = ''] = /^([^/]+)\/(.+)$/.exec(image) ?? []
  const answer = await fetch(`http://${host}/v2/${repository}/referrers/${subject}`)
  if (answer.status === 200) return ((await answer.json()) as Index).manifests
  const text = await tool('crane', 'manifest', `${image}:${subject.replace(':', '-')}`)
  return (JSON.parse(text) as Index).manifests
}

const withoutApi = lab.registry?.host ?? ''
const registries = [
  { name: 'docker-registry, which has no API', host: withoutApi },
  { name: 'crane’s registry, which has one', host: lab.referrersRegistry?.host ?? '' },
]

function newImage(host: string): string {
  return `${host}/referrers/app-${randomBytes(4).toString('hex')}`
}

describe.each(registries)('what is kept with an image, copied to $name,', ({ host }) => {
  it('is there, byte for byte, and listed with what it is about', async () => {
    const layout = await newLayout()
    const [platform] = layout.images
    const about = platform?.descriptor ?? layout.root
    const whole = await remark(layout, 'of the whole')
    const part = await remark(layout, 'of a part', about)
    const reply = await remark(layout, 'of the remark', whole)
    const image = newImage(host)
    const result = await copy(layout, image)
    expect(result.referrers.map(({ descriptor, outcome }) => [descriptor.digest, outcome])).toEqual(
      [whole, part, reply].map(({ digest }) => [digest, 'pushed']),
    )
    for (const [subject, referrer] of [
      [layout.root, whole],
      [about, part],
      [whole, reply],
    ] as const) {
      const [found, ...others] = await listed(image, subject.digest)
      expect(others).toEqual([])
      expect(found).toMatchObject({
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        digest: referrer.digest,
        size: referrer.size,
        artifactType: 'application/vnd.example.remark',
      })
      const bytes = await tool('crane', 'manifest', `${image}@${referrer.digest}`)
      expect(bytes).toBe(await readFile(layout.blobPath(referrer.digest), 'utf8'))
      const content = await tool(
        'crane',
        'blob',
        `${image}@${digestOf(referrer.annotations?.text ?? '')}`,
      )
      expect(content).toBe(referrer.annotations?.text)
    }
    expect((await tool('crane', 'digest', `${image}:1`)).trim()).toBe(layout.digest)
  })

  it('is not sent twice', async () => {
    await using proxy = await startFaultyProxy({ url: new URL(`http://${host}`) })
    const layout = await newLayout()
    await remark(layout, 'once')
    const image = newImage(proxy.host)
    expect((await copy(layout, image)).alreadyExisted).toBe(false)
    proxy.requests.length = 0
    const second = await copy(layout, image)
    expect(second).toMatchObject({ alreadyExisted: true, pushedBytes: 0 })
    expect(second.referrers.map(({ outcome }) => outcome)).toEqual(['existed'])
    const methods = new Set(proxy.requests.map(({ method }) => method))
    expect([...methods].toSorted()).toEqual(['GET', 'HEAD'])
  })

  it('is added to what others keep with it', async () => {
    const layout = await newLayout()
    const image = newImage(host)
    const first = await remark(layout, 'first')
    await copy(layout, image)
    await rm(join(layout.path, 'referrers.json'))
    const second = await remark(layout, 'second')
    await copy(layout, image)
    const digests = (await listed(image, layout.digest)).map(({ digest }) => digest)
    expect(digests.toSorted()).toEqual([first.digest, second.digest].toSorted())
  })

  it('does not bring an entry for unknown/unknown', async () => {
    const layout = await newLayout()
    await remark(layout, 'remark')
    const image = newImage(host)
    await copy(layout, image)
    const index = JSON.parse(await tool('crane', 'manifest', `${image}:1`)) as {
      manifests: { platform: { os: string } }[]
    }
    expect(index.manifests.map(({ platform }) => platform.os)).toEqual(['linux', 'linux'])
  })
})

describe('the list under a tag', () => {
  const listOfOthers = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    annotations: { by: 'others' },
    manifests: [] as object[],
  }

  async function put(image: string, tag: string, manifest: object, type: string): Promise<void> {
    const [, host = '', repository = ''] = /^([^/]+)\/(.+)$/.exec(image) ?? []
    const response = await fetch(`http://${host}/v2/${repository}/manifests/${tag}`, {
      method: 'PUT',
      headers: { 'content-type': type },
      body: JSON.stringify(manifest),
    })
    expect(response.status).toBe(201)
  }

  it('keeps whatever others wrote there', async () => {
    const layout = await newLayout()
    const image = newImage(withoutApi)
    await copy(layout, image)
    const [platform] = layout.images
    const { mediaType, digest, size } = platform?.descriptor ?? layout.root
    const entry = { mediaType, digest, size, annotations: { own: 'yes' }, data: 'e30=' }
    const tag = layout.digest.replace(':', '-')
    await put(image, tag, { ...listOfOthers, manifests: [entry] }, listOfOthers.mediaType)
    const mine = await remark(layout, 'mine')
    await copy(layout, image)
    const list = JSON.parse(await tool('crane', 'manifest', `${image}:${tag}`)) as unknown
    expect(list).toEqual({
      ...listOfOthers,
      manifests: [entry, expect.objectContaining({ digest: mine.digest })],
    })
  })

  it('is not taken from an image that has that tag', async () => {
    const layout = await newLayout()
    const image = newImage(withoutApi)
    await copy(layout, image)
    const [platform] = layout.images
    const bytes = await readFile(
      layout.blobPath(platform?.descriptor.digest ?? layout.digest),
      'utf8',
    )
    const manifest = JSON.parse(bytes) as { mediaType: string }
    const tag = layout.digest.replace(':', '-')
    await put(image, tag, manifest, manifest.mediaType)
    await remark(layout, 'mine')
    await expect(copy(layout, image)).rejects.toThrow(`Tag "${tag}" of ${image} is no list`)
  })

  it('is written again when another job overwrote it at the same time', async () => {
    await using proxy = await startFaultyProxy({ url: new URL(`http://${withoutApi}`) })
    const layout = await newLayout()
    const image = newImage(proxy.host)
    await copy(layout, image)
    const mine = await remark(layout, 'mine')
    const tag = layout.digest.replace(':', '-')
    const path = new RegExp(`/manifests/${tag}$`)
    // The first answer is taken as it is; then the other job's list is in the place of ours.
    const lost = JSON.stringify(listOfOthers)
    const headers = { 'content-type': listOfOthers.mediaType }
    proxy.add(
      { method: 'GET', path, fault: { kind: 'answer', status: 404 } },
      { method: 'GET', path, fault: { kind: 'answer', status: 200, body: lost, headers } },
    )
    await copy(layout, image)
    expect(await listed(image, layout.digest)).toHaveLength(1)
    expect(await listed(image, layout.digest)).toMatchObject([{ digest: mine.digest }])
    const puts = proxy.requests.filter(
      ({ method, path: seen }) => method === 'PUT' && path.test(seen),
    )
    expect(puts).toHaveLength(2)
  })

  it('cannot be added to where tags are immutable, which is said and no failure', async () => {
    await using proxy = await startFaultyProxy({ url: new URL(`http://${withoutApi}`) })
    const layout = await newLayout()
    const image = newImage(proxy.host)
    const first = await remark(layout, 'first')
    await copy(layout, image)
    const second = await remark(layout, 'second')
    const body = JSON.stringify({ errors: [{ code: 'DENIED', message: 'tag is immutable' }] })
    const path = /\/manifests\/sha256-/
    proxy.add({ method: 'PUT', path, fault: { kind: 'answer', status: 409, body }, times: 9 })
    const { referrers } = await copy(layout, image)
    expect(referrers.map(({ descriptor, isListed }) => [descriptor.digest, isListed])).toEqual([
      [first.digest, true],
      [second.digest, false],
    ])
    expect(await tool('crane', 'manifest', `${image}@${second.digest}`)).not.toBe('')
  })

  it('is an error where tags are immutable and there is no list yet', async () => {
    await using proxy = await startFaultyProxy({ url: new URL(`http://${withoutApi}`) })
    const layout = await newLayout()
    await remark(layout, 'first')
    const body = JSON.stringify({ errors: [{ code: 'DENIED', message: 'tag is immutable' }] })
    const path = /\/manifests\/sha256-/
    proxy.add({ method: 'PUT', path, fault: { kind: 'answer', status: 409, body }, times: 9 })
    await expect(copy(layout, newImage(proxy.host))).rejects.toThrow('does not let tags be moved')
  })

  it('is an error when it never holds what was written', async () => {
    await using proxy = await startFaultyProxy({ url: new URL(`http://${withoutApi}`) })
    const layout = await newLayout()
    const image = newImage(proxy.host)
    await copy(layout, image)
    await remark(layout, 'mine')
    const path = /\/manifests\/sha256-/
    proxy.add({ method: 'GET', path, fault: { kind: 'answer', status: 404 }, times: 9 })
    await expect(copy(layout, image)).rejects.toThrow('does not list what was pushed')
  })
})

describe('before anything is sent,', () => {
  it('what is kept with the image is verified', async () => {
    await using proxy = await startFaultyProxy({ url: new URL(`http://${withoutApi}`) })
    const layout = await newLayout()
    await remark(layout, 'good')
    const [kept] = await openReferrers(layout)
    const content = kept?.entries.find(({ descriptor }) => descriptor.mediaType.includes('remark'))
    await writeFile(layout.blobPath(content?.descriptor.digest ?? layout.digest), 'evil')
    await expect(copy(layout, newImage(proxy.host))).rejects.toMatchObject({ name: 'GateError' })
    expect(proxy.requests.filter(({ method }) => method !== 'GET')).toEqual([])
  })
})
