export { detachAttestations } from './detach-attestations.ts'
export { keepStatement, predicateTypeAnnotation, statementMediaType } from './keep-statement.ts'
export type { ReadProvenance } from './predicates/provenance-schema.ts'
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
