import { describe, expect, it } from '@jest/globals'
import { defaultGatePolicy, judge, readVex } from '../../src/index.ts'
import type { Finding, GatePolicy, JudgeContext, Judgement, VexOrigin } from '../../src/index.ts'
import { digests, sampleContext } from '../gate/sample-context.ts'
import { sampleFinding } from '../sample-finding.ts'
import { csaf, cyclonedx, openvex } from './sample-vex.ts'
import type { OpenvexStatement } from './sample-vex.ts'

const file: VexOrigin = { kind: 'file', name: '.vex/app.json' }
const trusting: GatePolicy = {
  ...defaultGatePolicy,
  vex: { trustedAuthors: ['security@example.com', 'https://example.com'], allowUnsigned: false },
}
const leftPad = {
  name: 'left-pad',
  version: '1.0.0',
  type: 'npm',
  purl: 'pkg:npm/left-pad@1.0.0',
  path: '/app/package.json',
}
const sample = sampleFinding({ package: leftPad })

function judged(
  documents: readonly unknown[],
  changes: Partial<JudgeContext> & { readonly finding?: Finding; readonly origin?: VexOrigin } = {},
): Judgement {
  const { finding = sample, origin = file, ...rest } = changes
  const vex = documents.map((document) => readVex(JSON.stringify(document), origin))
  return judge([finding], sampleContext({ policy: trusting, vex, ...rest }))
}

function outcomeOf(judgement: Judgement): string | undefined {
  return judgement.findings[0]?.decision.outcome
}

describe('OpenVEX', () => {
  const image = (id: string) => [{ '@id': id }]
  const part = (purl: string) => [
    { '@id': `pkg:oci/app@${digests.index}`, subcomponents: [{ '@id': purl }] },
  ]

  it.each<{ name: string; statement: OpenvexStatement; finding?: Finding; outcome: string }>([
    { name: 'not affected', statement: {}, outcome: 'excluded' },
    {
      name: 'fixed',
      statement: { status: 'fixed', justification: undefined },
      outcome: 'excluded',
    },
    {
      name: 'affected',
      statement: { status: 'affected', justification: undefined },
      outcome: 'blocks',
    },
    {
      name: 'under investigation',
      statement: { status: 'under_investigation', justification: undefined },
      outcome: 'blocks',
    },
    {
      name: 'not affected without a reason',
      statement: { justification: undefined },
      outcome: 'blocks',
    },
    {
      name: 'another vulnerability',
      statement: { vulnerability: { name: 'CVE-2026-0002' } },
      outcome: 'blocks',
    },
    {
      name: 'an alias in the statement',
      statement: { vulnerability: { name: 'GHSA-1', aliases: ['CVE-2026-0001'] } },
      outcome: 'excluded',
    },
    {
      name: 'an alias in the finding',
      statement: { vulnerability: { name: 'GHSA-1' } },
      finding: { ...sample, aliases: ['GHSA-1'] },
      outcome: 'excluded',
    },
    {
      name: 'a vulnerability in one word',
      statement: { vulnerability: 'CVE-2026-0001' },
      outcome: 'excluded',
    },
    {
      name: 'another image',
      statement: { products: image(`pkg:oci/app@${digests.other}`) },
      outcome: 'blocks',
    },
    {
      name: 'the image by its purl, in one word',
      statement: { products: [`pkg:oci/app@${digests.index}`] },
      outcome: 'excluded',
    },
    {
      name: 'the image by a name with digest',
      statement: { products: image(`iad.ocir.io/ns/app@${digests.index}`) },
      outcome: 'excluded',
    },
    {
      name: 'the image by a hash',
      statement: { products: [{ '@id': 'app', hashes: { 'sha-256': '1'.repeat(64) } }] },
      outcome: 'excluded',
    },
    {
      name: 'the image by an identifier',
      statement: {
        products: [{ '@id': 'app', identifiers: { purl: `pkg:oci/app@${digests.index}` } }],
      },
      outcome: 'excluded',
    },
    {
      name: 'the image by a tag',
      statement: { products: image('pkg:oci/app@latest') },
      outcome: 'blocks',
    },
    {
      name: 'the package in the image',
      statement: { products: part('pkg:npm/left-pad') },
      outcome: 'excluded',
    },
    {
      name: 'the version in the image',
      statement: { products: part('pkg:npm/left-pad@1.0.0') },
      outcome: 'excluded',
    },
    {
      name: 'another version in the image',
      statement: { products: part('pkg:npm/left-pad@2.0.0') },
      outcome: 'blocks',
    },
    {
      name: 'another package in the image',
      statement: { products: part('pkg:npm/right-pad') },
      outcome: 'blocks',
    },
    {
      name: 'a part that cannot be recognised',
      statement: { products: part('urn:something') },
      outcome: 'blocks',
    },
    {
      name: 'parts of all products, as before 0.2.0',
      statement: {
        products: [`pkg:oci/app@${digests.index}`],
        subcomponents: ['pkg:npm/right-pad'],
      },
      outcome: 'blocks',
    },
    {
      name: 'the package in another image',
      statement: {
        products: [
          { '@id': `pkg:oci/app@${digests.other}`, subcomponents: [{ '@id': 'pkg:npm/left-pad' }] },
        ],
      },
      outcome: 'blocks',
    },
    {
      name: 'the package wherever it is',
      statement: { products: image('pkg:npm/left-pad@1.0.0') },
      outcome: 'excluded',
    },
    {
      name: 'one platform, where it may be on others',
      statement: { products: image(`pkg:oci/app@${digests.arm64}`) },
      outcome: 'blocks',
    },
    {
      name: 'one platform, and it is on that',
      statement: { products: image(`pkg:oci/app@${digests.arm64}`) },
      finding: { ...sample, platforms: ['linux/arm64'] },
      outcome: 'excluded',
    },
    { name: 'no product', statement: { products: [] }, outcome: 'blocks' },
    {
      name: 'a secret of that name',
      statement: {},
      finding: { ...sample, kind: 'secret' },
      outcome: 'blocks',
    },
  ])('$name: $outcome', ({ statement, finding = sample, outcome }) => {
    expect(outcomeOf(judged([openvex(statement)], { finding }))).toBe(outcome)
  })

  it.each([
    { purl: 'pkg:oci/app?repository_url=iad.ocir.io/ns/app', outcome: 'excluded' },
    { purl: 'pkg:oci/app', outcome: 'excluded' },
    { purl: 'pkg:oci/app?repository_url=iad.ocir.io/other/app', outcome: 'blocks' },
    { purl: 'pkg:oci/other', outcome: 'blocks' },
  ])('goes by the repository where there is no digest: $purl', ({ purl, outcome }) => {
    const document = openvex({ products: image(purl) })
    expect(outcomeOf(judged([document], { repository: 'iad.ocir.io/ns/app' }))).toBe(outcome)
    expect(outcomeOf(judged([document]))).toBe('blocks')
  })

  it('lets the latest statement hold, and the most careful one of the same time', () => {
    const old = openvex({ timestamp: '2026-10-01T00:00:00Z' })
    const withdrawn = openvex({ status: 'affected', timestamp: '2026-10-02T00:00:00Z' })
    const anew = openvex({ timestamp: '2026-10-03T00:00:00Z' })
    expect(outcomeOf(judged([withdrawn, old]))).toBe('blocks')
    expect(outcomeOf(judged([anew, withdrawn, old]))).toBe('excluded')
    const doubted = openvex({ status: 'under_investigation', timestamp: '2026-10-03T00:00:00Z' })
    expect(outcomeOf(judged([anew, doubted]))).toBe('blocks')
    expect(outcomeOf(judged([doubted, anew]))).toBe('blocks')
  })

  it('says what it leaves out', () => {
    const document = openvex({ justification: undefined }, { products: image('pkg:oci/other') })
    expect(judged([document]).vex).toMatchObject({
      applied: [],
      unused: [{ format: 'openvex' }],
      notes: [
        '.vex/app.json: Statement 1 is left out: it does not say why the product is not affected.',
        '.vex/app.json: 1 of the products that it speaks of are not this image; left out.',
      ],
    })
  })
})

describe('a VEX document within a statement', () => {
  const statement = (predicate: unknown, digest: string) => ({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'app', digest: { sha256: digest.slice('sha256:'.length) } }],
    predicateType: 'https://openvex.dev/ns/v0.2.0',
    predicate,
  })
  const envelope = (content: unknown) => ({
    payloadType: 'application/vnd.in-toto+json',
    payload: Buffer.from(JSON.stringify(content)).toString('base64'),
    signatures: [],
  })
  const anywhere = openvex({ products: [{ '@id': 'pkg:npm/left-pad' }] })

  it.each([
    { name: 'of the image', document: statement(anywhere, digests.index), outcome: 'excluded' },
    { name: 'of another image', document: statement(anywhere, digests.other), outcome: 'blocks' },
    { name: 'of one platform', document: statement(anywhere, digests.arm64), outcome: 'blocks' },
    {
      name: 'without products',
      document: statement(openvex({ products: [] }), digests.index),
      outcome: 'excluded',
    },
    {
      name: 'in an envelope',
      document: envelope(statement(anywhere, digests.index)),
      outcome: 'excluded',
    },
    {
      name: 'in an envelope, of another image',
      document: envelope(statement(anywhere, digests.other)),
      outcome: 'blocks',
    },
    {
      name: 'in a bundle',
      document: { dsseEnvelope: envelope(statement(anywhere, digests.index)) },
      outcome: 'excluded',
    },
  ])('$name: $outcome', ({ document, outcome }) => {
    expect(outcomeOf(judged([document]))).toBe(outcome)
  })
})

describe('CSAF', () => {
  const flags = [{ label: 'component_not_present', product_ids: ['APP:PAD', 'APP'] }]

  it.each<{ name: string; vulnerability: Readonly<Record<string, unknown>>; outcome: string }>([
    {
      name: 'a component not affected',
      vulnerability: { product_status: { known_not_affected: ['APP:PAD'] }, flags },
      outcome: 'excluded',
    },
    {
      name: 'the image not affected',
      vulnerability: { product_status: { known_not_affected: ['APP'] }, flags },
      outcome: 'excluded',
    },
    {
      name: 'a reason in prose',
      vulnerability: {
        product_status: { known_not_affected: ['APP'] },
        threats: [{ category: 'impact', details: 'Not used.', group_ids: ['G'] }],
      },
      outcome: 'excluded',
    },
    {
      name: 'no reason',
      vulnerability: { product_status: { known_not_affected: ['APP'] } },
      outcome: 'blocks',
    },
    {
      name: 'the reason of another product',
      vulnerability: {
        product_status: { known_not_affected: ['APP'] },
        flags: [{ label: 'component_not_present', product_ids: ['OTHER'] }],
      },
      outcome: 'blocks',
    },
    {
      name: 'fixed',
      vulnerability: { product_status: { fixed: ['APP:PAD'] } },
      outcome: 'excluded',
    },
    {
      name: 'affected',
      vulnerability: { product_status: { known_affected: ['APP:PAD'] } },
      outcome: 'blocks',
    },
    {
      name: 'fixed and affected',
      vulnerability: { product_status: { fixed: ['APP:PAD'], last_affected: ['APP'] } },
      outcome: 'blocks',
    },
    {
      name: 'under investigation',
      vulnerability: { product_status: { under_investigation: ['APP'] } },
      outcome: 'blocks',
    },
    {
      name: 'an unknown product',
      vulnerability: { product_status: { fixed: ['NOBODY'] } },
      outcome: 'blocks',
    },
    {
      name: 'another vulnerability',
      vulnerability: { cve: 'CVE-2026-0002', product_status: { fixed: ['APP'] } },
      outcome: 'blocks',
    },
    {
      name: 'another identifier',
      vulnerability: {
        cve: undefined,
        ids: [{ system_name: 'x', text: 'CVE-2026-0001' }],
        product_status: { fixed: ['APP'] },
      },
      outcome: 'excluded',
    },
  ])('$name: $outcome', ({ vulnerability, outcome }) => {
    expect(outcomeOf(judged([csaf(vulnerability)]))).toBe(outcome)
  })
})

describe('CycloneDX', () => {
  const justified = { state: 'not_affected', justification: 'code_not_reachable' }

  it.each<{
    name: string
    analysis: Readonly<Record<string, unknown>>
    changes?: Readonly<Record<string, unknown>>
    outcome: string
  }>([
    { name: 'not affected', analysis: justified, outcome: 'excluded' },
    {
      name: 'a false positive with its reason',
      analysis: { state: 'false_positive', detail: 'Another library.' },
      outcome: 'excluded',
    },
    {
      name: 'not affected without a reason',
      analysis: { state: 'not_affected' },
      outcome: 'blocks',
    },
    { name: 'resolved', analysis: { state: 'resolved' }, outcome: 'excluded' },
    { name: 'exploitable', analysis: { state: 'exploitable' }, outcome: 'blocks' },
    { name: 'in triage', analysis: { state: 'in_triage' }, outcome: 'blocks' },
    { name: 'no state', analysis: {}, outcome: 'blocks' },
    {
      name: 'of another image',
      analysis: justified,
      changes: {
        metadata: {
          authors: [{ email: 'security@example.com' }],
          component: { type: 'container', purl: `pkg:oci/app@${digests.other}` },
        },
      },
      outcome: 'blocks',
    },
    {
      name: 'beside the BOM, by a link',
      analysis: justified,
      changes: {
        metadata: { authors: [{ email: 'security@example.com' }] },
        vulnerabilities: [
          {
            id: 'CVE-2026-0001',
            analysis: justified,
            affects: [
              {
                ref: 'urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg%3Anpm%2Fleft-pad%401.0.0',
              },
            ],
          },
        ],
      },
      outcome: 'excluded',
    },
    {
      name: 'for the image',
      analysis: justified,
      changes: {
        vulnerabilities: [{ id: 'CVE-2026-0001', analysis: justified, affects: [{ ref: 'app' }] }],
      },
      outcome: 'excluded',
    },
    {
      name: 'for a list of versions',
      analysis: justified,
      changes: {
        vulnerabilities: [
          {
            id: 'CVE-2026-0001',
            analysis: justified,
            affects: [{ ref: 'pad', versions: [{ version: '0.9', status: 'unaffected' }] }],
          },
        ],
      },
      outcome: 'blocks',
    },
    {
      name: 'for an unknown component',
      analysis: justified,
      changes: {
        vulnerabilities: [{ id: 'CVE-2026-0001', analysis: justified, affects: [{ ref: 'who' }] }],
      },
      outcome: 'blocks',
    },
  ])('$name: $outcome', ({ analysis, changes, outcome }) => {
    expect(outcomeOf(judged([cyclonedx(analysis, changes)]))).toBe(outcome)
  })
})

describe('trust in VEX', () => {
  const unsigned: VexOrigin = { kind: 'referrer', name: 'sha256:4', signer: undefined }
  const signedBy = (signer: string): VexOrigin => ({ kind: 'referrer', name: 'sha256:4', signer })

  it.each<{ name: string; origin: VexOrigin; vex?: GatePolicy['vex']; reason: string | undefined }>(
    [
      { name: 'a file of a trusted author', origin: file, reason: undefined },
      {
        name: 'a file of anybody else',
        origin: file,
        vex: { trustedAuthors: ['Security@example.com'], allowUnsigned: true },
        reason: 'Its author "security@example.com" is not among the trusted authors of the policy.',
      },
      {
        name: 'a referrer of a trusted signer',
        origin: signedBy('https://example.com'),
        reason: undefined,
      },
      {
        name: 'a referrer of another signer, whatever it says of its author',
        origin: signedBy('mallory@example.org'),
        reason: 'Its signer "mallory@example.org" is not among the trusted authors of the policy.',
      },
      {
        name: 'an unsigned referrer',
        origin: unsigned,
        reason: 'It is not signed, and the policy does not allow unsigned referrers.',
      },
      {
        name: 'an unsigned referrer that the policy allows',
        origin: unsigned,
        vex: { trustedAuthors: ['security@example.com'], allowUnsigned: true },
        reason: undefined,
      },
    ],
  )('$name', ({ origin, vex = trusting.vex, reason }) => {
    const judgement = judged([openvex({})], { origin, policy: { ...trusting, vex } })
    expect(judgement.verdict).toBe(reason === undefined ? 'pass' : 'fail')
    expect(judgement.vex.untrusted.map((one) => one.reason)).toEqual(
      reason === undefined ? [] : [reason],
    )
    expect(judgement.warnings).toHaveLength(reason === undefined ? 0 : 1)
  })
})

describe('readVex', () => {
  it.each([
    { name: 'no JSON', text: '{', problem: 'It is not JSON' },
    { name: 'a list', text: '[]', problem: 'It is neither OpenVEX nor CSAF nor CycloneDX' },
    { name: 'a word', text: '"vex"', problem: 'It is not a JSON object' },
    {
      name: 'something else',
      text: '{"a":1}',
      problem: 'It is neither OpenVEX nor CSAF nor CycloneDX',
    },
    {
      name: 'OpenVEX without statements',
      text: '{"@context":"https://openvex.dev/ns/v0.2.0","author":"a"}',
      problem: 'statements: ',
    },
    {
      name: 'an unknown status',
      text: JSON.stringify(openvex({ status: 'fine' })),
      problem: 'statements.0.status: ',
    },
    {
      name: 'CSAF of an unknown version',
      text: JSON.stringify({ document: { csaf_version: '3.0' } }),
      problem: 'document.csaf_version: ',
    },
    {
      name: 'an envelope of nothing',
      text: '{"payloadType":"x","payload":"e30="}',
      problem: 'It is neither',
    },
  ])('refuses $name', ({ text, problem }) => {
    expect(() => readVex(text, file)).toThrow('VEX document ".vex/app.json" is not usable')
    expect(() => readVex(text, file)).toThrow(problem)
  })
})
