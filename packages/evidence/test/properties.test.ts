import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { addReferrer, openLayout, unpackArchive, writeArchive } from '@oke-pipeline/image'
import type { Layout } from '@oke-pipeline/image'
import { writeLayout } from '@oke-pipeline/testing'
import fc from 'fast-check'
import { detachAttestations, readStatements, statementMediaType } from '../src/index.ts'

const patienceMilliseconds = 120_000

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evidence-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function add(layout: Layout, predicateType: string, predicate: unknown): Promise<void> {
  const sha256 = layout.digest.replace('sha256:', '')
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'app', digest: { sha256 } }],
    predicateType,
    predicate,
  }
  await addReferrer(layout.path, {
    artifactType: statementMediaType,
    subject: layout.root,
    content: { mediaType: statementMediaType, bytes: Buffer.from(JSON.stringify(statement)) },
  })
}

const predicateType = fc.webUrl().filter((url) => !/slsa|spdx|cyclonedx|in-toto/.test(url))
const predicate = fc.dictionary(
  fc
    .oneof(fc.string(), fc.constantFrom('constructor', 'prototype'))
    .filter((key) => key !== '__proto__'),
  fc.jsonValue(),
)

describe('statements of any content', () => {
  it(
    'are read as they were kept, in their order, also after a way through a tar',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(predicateType, predicate), { maxLength: 4 }),
          async (all) => {
            const path = await mkdtemp(join(folder, 'layout-'))
            await writeLayout({ folder: path, layers: [{ 'a.txt': 'a' }] })
            const layout = await openLayout(path)
            for (const [type, content] of all) await add(layout, type, content)
            await writeArchive(layout, `${path}.tar`)
            await unpackArchive(`${path}.tar`, `${path}-copy`)
            const copy = await openLayout(`${path}-copy`, { digest: layout.digest })
            const read = (await readStatements(copy)).map(({ statement }) => [
              statement.predicateType,
              JSON.stringify(statement.predicate),
            ])
            const kept = all.map(([type, content]) => [type, JSON.stringify(content)])
            // The same statement again is the same artifact: its last place counts.
            const expected = [
              ...new Map(kept.toReversed().map((one) => [one.join(' '), one])).values(),
            ]
            expect(read).toEqual(expected.reverse())
          },
        ),
        { numRuns: 25 },
      )
    },
    patienceMilliseconds,
  )
})

describe('attestations of any number of platforms', () => {
  it(
    'leave an image that is whole, without a trace of them but the statements',
    async () => {
      const architectures = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9]{1,8}$/), {
        minLength: 1,
        maxLength: 4,
      })
      await fc.assert(
        fc.asyncProperty(architectures, fc.boolean(), async (names, isAnnotated) => {
          const path = await mkdtemp(join(folder, 'layout-'))
          const platforms = names.map((name) => `linux/${name}`)
          const annotations = isAnnotated ? { indexAnnotations: { a: 'b' } } : {}
          const layers = [{ 'a.txt': 'a' }]
          await writeLayout({
            folder: path,
            layers,
            platforms,
            hasAttestation: true,
            ...annotations,
          })
          const before = await openLayout(path)
          const layout = await detachAttestations(before)
          await layout.verify()
          expect(layout.images.map(({ config }) => config)).toEqual(
            before.images.map(({ config }) => config),
          )
          const digests = before.images.map(({ descriptor }) => descriptor.digest)
          const about = (await readStatements(layout)).map(({ subject }) => subject.digest)
          expect(about).toEqual(digests)
          expect(layout.images.map(({ descriptor }) => descriptor.digest)).toEqual(digests)
          const documents = layout
            .walk()
            .flatMap((entry) =>
              entry.kind === 'manifest' ? [Buffer.from(entry.bytes).toString()] : [],
            )
          expect(documents.join()).not.toContain('attestation')
        }),
        { numRuns: 25 },
      )
    },
    patienceMilliseconds,
  )
})
