import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { addReferrer, digestOf, openLayout, writeArchive } from '@oke-pipeline/image'
import {
  recordingRunner,
  registryHoldings,
  startFaultyProxy,
  writeLayout,
} from '@oke-pipeline/testing'
import type { RecordingRunner, WrittenLayout } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { main } from '../src/main.ts'

const lab = currentLab()
const { secureRegistry } = lab
if (secureRegistry === undefined) throw new Error('The lab has no secure registry')
const { host, username, password, caFile } = secureRegistry
const authorities = getCACertificates('default')

let folder = ''
let image = ''

beforeAll(async () => {
  setDefaultCACertificates([...authorities, await readFile(caFile, 'utf8')])
})

afterAll(() => setDefaultCACertificates(authorities))

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'push-ocir-'))
  await mkdir(join(folder, 'workspace'))
  await mkdir(join(folder, 'temp'))
  image = `${host}/push/app-${randomBytes(4).toString('hex')}`
})

afterEach(() => rm(folder, { recursive: true }))

function newLayout(): Promise<WrittenLayout> {
  return writeLayout({
    folder: join(folder, 'temp/image-layout'),
    layers: [{ 'bin/app': randomBytes(100_000) }],
  })
}

async function push(inputs: Readonly<Record<string, string>>): Promise<RecordingRunner> {
  const layout = join(folder, 'temp/image-layout')
  const login = { username, password }
  const runner = recordingRunner({ folder, inputs: { layout, image, ...login, ...inputs } })
  await main(runner)
  return runner
}

async function skopeo(...args: readonly string[]): Promise<string> {
  const all = [...args, '--creds', `${username}:${password}`]
  const env = { ...lab.environment, SSL_CERT_FILE: caFile }
  return (await promisify(execFile)('skopeo', all, { env })).stdout
}

async function digestInRegistry(reference: string): Promise<string> {
  return (await skopeo('inspect', '--format', '{{.Digest}}', `docker://${reference}`)).trim()
}

describe('push-ocir', () => {
  it('pushes what was built, under a tag of commit and digest', async () => {
    const { digest } = await newLayout()
    const { outputs, summary, masked, logged } = await push({ digest })
    const tag = `${image}:000000000000-${digest.slice(7, 19)}`
    const { 'subject-checksums': checksums = '', 'pushed-bytes': sent, ...rest } = outputs
    const { destinations = '', ...others } = rest
    expect(JSON.parse(destinations)).toEqual([
      {
        image: `${image}@${digest}`,
        region: '',
        tags: [tag],
        pushedBytes: Number(sent),
        skippedBytes: 0,
      },
    ])
    expect(others).toEqual({
      image: `${image}@${digest}`,
      digest,
      repository: image,
      region: '',
      tags: tag,
      'platform-digests': '',
      'skipped-bytes': '0',
      referrers: '[]',
      'scan-compartment': '',
    })
    expect(Number(sent)).toBeGreaterThan(100_000)
    expect(await readFile(checksums, 'utf8')).toBe(`${digest.slice(7)}  ${image}\n`)
    expect(await digestInRegistry(tag)).toBe(digest)
    expect(await digestInRegistry(`${image}@${digest}`)).toBe(digest)
    expect(summary.join('')).toContain('Image pushed')
    expect(summary.join('')).toContain(digest)
    expect(masked).toContain(password)
    for (const secret of masked) expect(logged.join('\n')).not.toContain(secret)
  })

  it('pushes what is kept with the image, also from a tar', async () => {
    const { path, digest } = await newLayout()
    const layout = await openLayout(path)
    const mediaType = 'application/vnd.in-toto+json'
    const kept = await addReferrer(path, {
      artifactType: mediaType,
      subject: layout.root,
      content: { mediaType, bytes: Buffer.from('{}') },
      annotations: { 'in-toto.io/predicate-type': 'https://slsa.dev/provenance/v1' },
    })
    const archive = join(folder, 'temp/image.tar')
    await writeArchive(layout, archive)
    const { outputs, summary } = await push({ layout: archive, digest })
    expect(JSON.parse(outputs.referrers ?? '')).toEqual([
      {
        ...{ digest: kept.digest, type: 'https://slsa.dev/provenance/v1' },
        ...{ subject: digest, isSigned: false },
      },
    ])
    expect(await digestInRegistry(`${image}@${digest}`)).toBe(digest)
    const raw = await skopeo('inspect', '--raw', `docker://${image}@${kept.digest}`)
    expect(digestOf(raw)).toBe(kept.digest)
    expect(summary.join('')).toContain('Kept with the image')
    expect(summary.join('')).toContain('<code>https://slsa.dev/provenance/v1</code>')
    const again = await push({ layout: archive, digest })
    expect(again.summary.join('')).toContain('Image was in the registry already')
  })

  it('names the digests of the platforms, which are in the registry', async () => {
    const platforms = ['linux/amd64', 'linux/arm64']
    const layers = [{ 'bin/app': randomBytes(1000) }]
    const written = await writeLayout({
      folder: join(folder, 'temp/image-layout'),
      layers,
      platforms,
    })
    const { images } = await openLayout(written.path)
    const { outputs } = await push({ digest: written.digest })
    const digests = images.map(({ descriptor }) => descriptor.digest)
    expect(digests).toHaveLength(2)
    expect(outputs['platform-digests']).toBe(digests.join('\n'))
    for (const digest of digests) expect(await digestInRegistry(`${image}@${digest}`)).toBe(digest)
  })

  it('changes nothing the second time', async () => {
    const { digest } = await newLayout()
    await push({ tags: '1.0, 1.0.0', 'moving-tags': 'latest' })
    const { outputs, summary } = await push({ tags: '1.0, 1.0.0', 'moving-tags': 'latest' })
    expect(outputs.tags).toBe(`${image}:1.0\n${image}:1.0.0\n${image}:latest`)
    expect(outputs.digest).toBe(digest)
    expect(outputs['pushed-bytes']).toBe('0')
    expect(Number(outputs['skipped-bytes'])).toBeGreaterThan(100_000)
    expect(summary.join('')).toContain('Image was in the registry already')
    expect(summary.join('')).toContain('0 parts (0 B)')
  })

  it.each([0, 20, 50_000, -1])(
    'tags nothing when the byte at %i of a layer was changed',
    async (at) => {
      const { path, digest, blobs } = await newLayout()
      const [, layer = ''] = blobs
      const file = join(path, 'blobs/sha256', layer.slice('sha256:'.length))
      const bytes = await readFile(file)
      const index = at < 0 ? bytes.byteLength + at : at
      bytes[index] = (bytes[index] ?? 0) ^ 1
      await writeFile(file, bytes)
      const refused = push({ digest, tags: '1.0' })
      await expect(refused).rejects.toMatchObject({ name: 'GateError' })
      await expect(refused).rejects.toThrow(layer)
      await expect(refused).rejects.toThrow('was changed after it was built')
      await expect(digestInRegistry(`${image}:1.0`)).rejects.toThrow('manifest unknown')
      await expect(digestInRegistry(`${image}@${digest}`)).rejects.toThrow('manifest unknown')
    },
  )

  it('refuses a changed layer also where the registry has the one that was built', async () => {
    const { path, blobs } = await newLayout()
    await push({ tags: '1.0' })
    const [, layer = ''] = blobs
    await appendFile(join(path, 'blobs/sha256', layer.slice('sha256:'.length)), 'x')
    await expect(push({ tags: '1.1' })).rejects.toMatchObject({ name: 'GateError' })
    await expect(digestInRegistry(`${image}:1.1`)).rejects.toThrow('manifest unknown')
  })

  it('moves the tags that may move, and no others', async () => {
    const first = await newLayout()
    await push({ tags: '1.0', 'moving-tags': 'latest' })
    const second = await newLayout()
    await expect(push({ tags: '1.0', 'moving-tags': 'latest' })).rejects.toThrow(
      `"1.0" is ${first.digest}; the image to push is ${second.digest}`,
    )
    expect(await digestInRegistry(`${image}:latest`)).toBe(first.digest)
    const { summary } = await push({ tags: '1.1', 'moving-tags': 'latest' })
    expect(await digestInRegistry(`${image}:latest`)).toBe(second.digest)
    expect(await digestInRegistry(`${image}:1.0`)).toBe(first.digest)
    expect(summary.join('')).toContain('moved to this image')
  })

  it('pushes to several places, and says what got where when one of them refuses', async () => {
    const first = await newLayout()
    const { outputs, summary } = await push({ tags: '1.0', 'also-push-to': `${image}-copy` })
    const places = JSON.parse(outputs.destinations ?? '') as readonly { readonly image: string }[]
    const names = [image, `${image}-copy`]
    expect(places.map((place) => place.image)).toEqual(names.map((n) => `${n}@${first.digest}`))
    for (const name of names) expect(await digestInRegistry(`${name}:1.0`)).toBe(first.digest)
    expect(summary.join('')).toContain('Also in')
    const second = await newLayout()
    await push({ tags: '2.0', image: `${image}-copy` })
    const third = await newLayout()
    await expect(push({ tags: '2.0', 'also-push-to': `${image}-copy` })).rejects.toThrow(
      `${image}: nothing was sent\n  - ${image}-copy: failed: Tags of ${image}-copy belong`,
    )
    await expect(digestInRegistry(`${image}@${third.digest}`)).rejects.toThrow('unknown')
    expect(await digestInRegistry(`${image}-copy:2.0`)).toBe(second.digest)
  })

  it.each([
    {
      name: 'before anything',
      rule: { method: 'HEAD', path: /manifests/ },
      there: 'nothing was sent',
      then: 'Nothing has been pushed anywhere.',
      held: { isWhole: false, isTagged: false },
    },
    {
      name: 'while blobs are sent',
      rule: { method: 'PUT', path: /uploads/ },
      there: 'the content is there, without tags',
      then: 'No tag has been given anywhere.',
      held: { isWhole: true, isTagged: false },
    },
    {
      name: 'at the tags',
      rule: { method: 'PUT', path: /manifests\/1\.0$/ },
      there: 'image and tags are there',
      then: 'The tags are not the same everywhere.',
      held: { isWhole: true, isTagged: true },
    },
  ])('says what got where when a place fails $name', async ({ rule, there, then, held }) => {
    const plain = lab.registry?.host ?? ''
    const path = `push/app-${randomBytes(4).toString('hex')}`
    await using proxy = await startFaultyProxy({ url: new URL(`http://${plain}`) })
    proxy.add({ ...rule, fault: { kind: 'answer', status: 403 }, times: 99 })
    const written = await newLayout()
    const good = { image: `${plain}/${path}`, username: '', password: '', tags: '1.0' }
    const further = { 'also-push-to': `${proxy.host}/${path}-copy` }
    const failed = push({ ...good, ...further })
    await expect(failed).rejects.toThrow(`- ${plain}/${path}: ${there}\n`)
    await expect(failed).rejects.toThrow(`- ${proxy.host}/${path}-copy: failed: `)
    await expect(failed).rejects.toThrow(then)
    const first = await registryHoldings(`${plain}/${path}`, written)
    const isTagged = first.tags['1.0'] === written.digest
    expect({ isWhole: first.isWhole, isTagged }).toEqual(held)
    const second = await registryHoldings(`${plain}/${path}-copy`, written)
    expect({ tags: second.tags, broken: second.broken }).toEqual({ tags: {}, broken: [] })
    const { outputs } = await push({ ...good, 'also-push-to': `${plain}/${path}-copy` })
    expect(outputs.digest).toBe(written.digest)
    const mended = await registryHoldings(`${plain}/${path}-copy`, written)
    expect(mended).toMatchObject({ isWhole: true, tags: { '1.0': written.digest } })
  })

  it('says which credentials are refused, and names no secret', async () => {
    await newLayout()
    const failed = push({ password: 'not-the-password' })
    await expect(failed).rejects.toThrow(`refuses the credentials of "${username}"`)
    await expect(failed).rejects.not.toThrow('not-the-password')
  })

  it('says that a registry is not reachable', async () => {
    await newLayout()
    const clock = { now: () => new Date(), sleep: () => Promise.resolve() }
    const layout = join(folder, 'temp/image-layout')
    const inputs = { layout, image: '127.0.0.1:9/app' }
    await expect(main(recordingRunner({ folder, inputs, ports: { clock } }))).rejects.toThrow(
      'No answer from registry 127.0.0.1:9',
    )
  })
})
