import { statementMediaType } from '@oke-pipeline/evidence'
import { addReferrer } from '@oke-pipeline/image'
import type { Layout } from '@oke-pipeline/image'

/** Keeps a statement with an image that excuses what is found in minimist 1.2.0. */
export async function keepVex(layout: Layout, author: string): Promise<void> {
  const statement = {
    products: [{ '@id': 'pkg:npm/minimist@1.2.0' }],
    ...{ status: 'not_affected', justification: 'vulnerable_code_not_in_execute_path' },
  }
  const predicate = {
    ...{ '@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'https://acme.example/vex/1' },
    ...{ author, timestamp: '2026-11-01T00:00:00Z', version: 1 },
    statements: [{ ...statement, vulnerability: { name: 'CVE-2021-44906' } }],
  }
  const digest = { sha256: layout.digest.slice('sha256:'.length) }
  const said = {
    ...{ _type: 'https://in-toto.io/Statement/v1', subject: [{ name: 'app', digest }] },
    ...{ predicateType: 'https://openvex.dev/ns/v0.2.0', predicate },
  }
  await addReferrer(layout.path, {
    ...{ artifactType: statementMediaType, subject: layout.root },
    content: { mediaType: statementMediaType, bytes: Buffer.from(JSON.stringify(said)) },
  })
}
