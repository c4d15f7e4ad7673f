export { detachAttestations } from './detach-attestations.ts'
export { keepStatement, predicateTypeAnnotation, statementMediaType } from './keep-statement.ts'
export type { ReadProvenance } from './predicates/provenance-schema.ts'
export { buildImageType, provenancePredicate } from './predicates/provenance.ts'
export type { BuildRun, Parameters, ProvenancePredicate } from './predicates/provenance.ts'
export { provenanceSchema } from './predicates/provenance-schema.ts'
export type { Resource } from './predicates/resource.ts'
export { testResultPredicate, testResultSchema } from './predicates/test-result.ts'
export type { TestOutcome, TestResultPredicate, TestRun } from './predicates/test-result.ts'
export { vulnerabilitiesPredicate, vulnerabilitiesSchema } from './predicates/vulnerabilities.ts'
export type {
  ReportedVulnerability,
  ScanRun,
  VulnerabilitiesPredicate,
} from './predicates/vulnerabilities.ts'
export { readStatements } from './read-statements.ts'
export type { KeptStatement } from './read-statements.ts'
export { predicateTypes, statementOf } from './statement.ts'
export type { PredicateType, Statement, StatementSubject } from './statement.ts'
export type { ReadStatement } from './statement-schema.ts'
export { keepSboms } from './sbom/keep-sboms.ts'
export type { SbomOrder, SbomPorts } from './sbom/keep-sboms.ts'
export { sbomFormatOf, sbomFormats, sbomSuffixes } from './sbom/sbom-format.ts'
export type { SbomFormat } from './sbom/sbom-format.ts'
export { findSbomMaker } from './sbom/sbom-maker.ts'
export type { SbomMaker } from './sbom/sbom-maker.ts'
export {
  bundleMediaType,
  bundlePredicateAnnotation,
  isBundleType,
} from './sign/bundle-media-type.ts'
export { imageSignatureType } from './sign/image-statement.ts'
export { keyHint, keySigner } from './sign/key-signer.ts'
export type { SigningKey } from './sign/key-signer.ts'
export type { Witnesses } from './sign/make-bundle.ts'
export { signStatements } from './sign/sign-statements.ts'
export type { SignedStatement, SigningPorts } from './sign/sign-statements.ts'
export { sigstoreInstance, sigstoreInstances } from './sign/sigstore-instance.ts'
export type {
  InstanceContext,
  SigstoreInstance,
  SigstoreInstanceName,
} from './sign/sigstore-instance.ts'
export { sigstoreAudience, sigstoreSigner } from './sign/sigstore-signer.ts'
export type { StatementSigner } from './sign/statement-signer.ts'
export { assertProved } from './verify/assert-proved.ts'
export { bundlesInLayout, bundlesInRegistry } from './verify/attached-bundle.ts'
export type { AttachedBundle } from './verify/attached-bundle.ts'
export type { ContentRule } from './verify/content-rule.ts'
export { describeSigner, fitsIdentity } from './verify/fits-signer.ts'
export { publicGoodRoot } from './verify/public-good-root.ts'
export {
  evidenceKinds,
  evidenceName,
  githubTokenIssuer,
  requirementSchema,
} from './verify/requirement.ts'
export type { EvidenceRequirement, RequiredSigner } from './verify/requirement.ts'
export { requirementsKind } from './verify/requirements-kind.ts'
export { parseTrustedKey, parseTrustedRoots } from './verify/trust.ts'
export type { Trust, TrustedKey } from './verify/trust.ts'
export { checkTrustInputs, readTrust, trustInputs, trustLacking } from './verify/trust-inputs.ts'
export type { TrustInputs } from './verify/trust-inputs.ts'
export type { StatementSignerIdentity, VerifiedStatement } from './verify/verify-bundle.ts'
export { judgeEvidence, verifyBundles } from './verify/verify-evidence.ts'
export type {
  EvidencePorts,
  EvidencedImage,
  JudgedRequirement,
  ProvedRequirement,
  RefusedBundle,
  UnmetRequirement,
  VerifiedBundles,
  VerifiedEvidence,
} from './verify/verify-evidence.ts'
