import * as v from 'valibot'
import { imageSignatureType } from '../sign/image-statement.ts'
import { predicateTypes } from '../statement.ts'
import { contentRuleSchema } from './content-rule.ts'

/** Short names of the kinds of evidence. */
export const evidenceKinds = {
  signature: imageSignatureType,
  provenance: predicateTypes.provenance,
  spdx: predicateTypes.spdx,
  cyclonedx: predicateTypes.cyclonedx,
  'test-result': predicateTypes.testResult,
  'scan-verdict': predicateTypes.vulnerabilities,
} as const

type EvidenceKind = keyof typeof evidenceKinds

function isKind(name: string): name is EvidenceKind {
  return Object.hasOwn(evidenceKinds, name)
}

/** The issuer of the tokens of GitHub's workflows. */
export const githubTokenIssuer = 'https://token.actions.githubusercontent.com'

const identitySchema = v.strictObject({
  identity: v.pipe(
    v.string(),
    v.minLength(1),
    v.description(
      'Subject of the certificate, such as https://github.com/acme/shop/.github/workflows/*@refs/heads/main; "*" stands for anything without "@".',
    ),
  ),
  issuer: v.optional(
    v.pipe(v.string(), v.description('Who vouches for the identity; GitHub by default.')),
    githubTokenIssuer,
  ),
})

const keySchema = v.strictObject({
  key: v.pipe(v.string(), v.description('Name of a trusted key.')),
})

const kindsMessage = `one of ${Object.keys(evidenceKinds).join(', ')}, or the URL of a predicate type`

const kindOrType = v.union(
  [
    v.picklist(Object.keys(evidenceKinds) as EvidenceKind[]),
    v.pipe(v.string(), v.url(kindsMessage)),
  ],
  kindsMessage,
)

/** One thing that must be proved of an image. */
export const requirementSchema = v.strictObject(
  {
    evidence: v.pipe(
      kindOrType,
      v.description('Kind of the statement: a short name, or the URL of its predicate type.'),
      v.transform((name): string => (isKind(name) ? evidenceKinds[name] : name)),
    ),
    'signed-by': v.pipe(
      v.array(v.union([identitySchema, keySchema], 'an identity or a key'), 'a list of signers'),
      v.minLength(1, 'at least one signer'),
      v.description('Whose signature counts, any of them.'),
    ),
    'max-age': v.optional(
      v.pipe(
        v.string(),
        v.regex(/^[1-9]\d{0,4}[hd]$/, 'hours or days, such as 12h or 30d'),
        v.description(
          'How long ago it may have been signed, by the time that a log or a timestamp authority vouches for.',
        ),
        v.transform((text) => Number(text.slice(0, -1)) * (text.endsWith('d') ? 24 : 1) * 3600),
      ),
    ),
    content: v.optional(
      v.pipe(
        v.array(contentRuleSchema, 'a list of rules'),
        v.description('What else it has to say.'),
      ),
      [],
    ),
  },
  'a requirement with "evidence" and "signed-by"',
)

/** What {@link requirementSchema} reads; the age is in seconds. */
export type EvidenceRequirement = v.InferOutput<typeof requirementSchema>

/** Whose signature is asked for. */
export type RequiredSigner = EvidenceRequirement['signed-by'][number]

/** The name of a predicate type, for people. */
export function evidenceName(predicateType: string): string {
  const known = Object.entries(evidenceKinds).find(([, type]) => type === predicateType)
  return known === undefined ? predicateType : known[0]
}
