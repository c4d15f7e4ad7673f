import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { addReferrer, digestOf, openLayout, openReferrers } from '@oke-pipeline/image'
import type { Layout } from '@oke-pipeline/image'
import { writeLayout } from '@oke-pipeline/testing'
import type { LayoutContent } from '@oke-pipeline/testing'
import { detachAttestations, readStatements } from '../src/index.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attestations-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function layoutOf(content: Partial<LayoutContent>): Promise<Layout> {
  await writeLayout({ folder, layers: [{ 'a.txt': 'a' }], hasAttestation: true, ...content })
  const layout = await openLayout(folder)
  await layout.verify()
  return layout
}

async function filesOf(path: string): Promise<readonly string[]> {
  return (await readdir(path, { recursive: true })).toSorted()
}

/** All that a layout may hold: what index.json and referrers.json lead to. */
async function expectNoLeftovers(layout: Layout): Promise<void> {
  const entries = [
    ...layout.walk(),
    ...(await openReferrers(layout)).flatMap((referrer) => referrer.entries),
  ]
  const names = entries.map(({ descriptor }) => descriptor.digest.replace('sha256:', ''))
  const expected = [...new Set(names)].map((name) => `blobs/sha256/${name}`)
  const files = ['blobs', 'blobs/sha256', 'index.json', 'oci-layout', 'referrers.json']
  expect(await filesOf(folder)).toEqual([...expected, ...files].toSorted())
}

describe('detachAttestations', () => {
  it('leaves the one image, and keeps what is said of it', async () => {
    const before = await layoutOf({})
    const [image] = before.images
    const layout = await detachAttestations(before)
    expect(layout.root).toMatchObject({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: image?.descriptor.digest,
    })
    const [kept, ...others] = await readStatements(layout)
    expect(others).toEqual([])
    expect(kept?.subject.digest).toBe(layout.digest)
    expect(kept?.statement).toMatchObject({
      subject: [{ digest: { sha256: layout.digest.replace('sha256:', '') } }],
      predicate: { buildDefinition: { externalParameters: { digest: layout.digest } } },
    })
    await layout.verify()
    await expectNoLeftovers(layout)
  })

  it('leaves the index of the platforms, whose manifests stay as they are', async () => {
    const platforms = ['linux/amd64', 'linux/arm64']
    const before = await layoutOf({ platforms })
    const layout = await detachAttestations(before)
    expect(layout.platforms).toEqual(platforms)
    expect(layout.images).toEqual(before.images)
    expect(layout.digest).not.toBe(before.digest)
    const index = JSON.parse(await readFile(layout.blobPath(layout.digest), 'utf8')) as unknown
    expect(index).toMatchObject({
      manifests: platforms.map((platform) => ({
        platform: { os: 'linux', architecture: platform.replace('linux/', '') },
      })),
    })
    const about = (await readStatements(layout)).map(({ subject }) => subject.digest)
    expect(about).toEqual(layout.images.map(({ descriptor }) => descriptor.digest))
    await layout.verify()
    await expectNoLeftovers(layout)
  })

  it('keeps an index of one platform that has annotations', async () => {
    const indexAnnotations = { 'org.opencontainers.image.title': 'hello' }
    const layout = await detachAttestations(await layoutOf({ indexAnnotations }))
    const index = JSON.parse(await readFile(layout.blobPath(layout.digest), 'utf8')) as unknown
    expect(index).toMatchObject({ annotations: indexAnnotations, manifests: [{}] })
  })

  it('changes nothing where there is none, and nothing the second time', async () => {
    const layout = await detachAttestations(await layoutOf({}))
    const files = await filesOf(folder)
    const again = await detachAttestations(layout)
    expect(again.digest).toBe(layout.digest)
    expect(await filesOf(folder)).toEqual(files)
  })

  it('refuses an entry for unknown/unknown that is about nothing', async () => {
    const layout = await layoutOf({
      hasAttestation: false,
      platforms: ['linux/arm64', 'unknown/unknown'],
    })
    await expect(detachAttestations(layout)).rejects.toThrow('platform unknown/unknown')
  })
})

describe('readStatements', () => {
  it('refuses a statement that was changed', async () => {
    const layout = await detachAttestations(await layoutOf({}))
    const [kept] = await readStatements(layout)
    await writeFile(kept?.path ?? '', `${await readFile(kept?.path ?? '', 'utf8')} `)
    await expect(readStatements(layout)).rejects.toMatchObject({ name: 'GateError' })
  })

  it.each([
    {
      name: 'about another image',
      text: { subject: [{ digest: { sha256: 'ab' } }] },
      error: 'GateError',
    },
    { name: 'without a predicate', text: { predicate: undefined }, error: 'ConfigurationError' },
    {
      name: 'whose predicate is not of its type',
      text: { predicateType: 'https://slsa.dev/provenance/v1' },
      error: 'ConfigurationError',
    },
  ])('refuses a statement $name', async ({ text, error }) => {
    const layout = await layoutOf({ hasAttestation: false })
    const mediaType = 'application/vnd.in-toto+json'
    const statement = {
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ digest: { sha256: layout.digest.replace('sha256:', '') } }],
      predicateType: 'https://example.invalid/own',
      predicate: {},
    }
    const add = (content: object): Promise<unknown> =>
      addReferrer(folder, {
        artifactType: mediaType,
        subject: layout.root,
        content: { mediaType, bytes: Buffer.from(JSON.stringify(content)) },
      })
    await add(statement)
    expect(await readStatements(layout)).toHaveLength(1)
    await add({ ...statement, ...text })
    await expect(readStatements(layout)).rejects.toMatchObject({ name: error })
  })

  it('refuses what is about an image that is not in the layout', async () => {
    const layout = await layoutOf({ hasAttestation: false })
    const subject = { ...layout.root, digest: digestOf('other') }
    const content = { mediaType: 'text/plain', bytes: Buffer.from('x') }
    await addReferrer(folder, { artifactType: 'text/plain', subject, content })
    await expect(readStatements(layout)).rejects.toThrow(`about ${subject.digest}`)
  })
})
