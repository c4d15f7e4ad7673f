export { keepStatement, predicateTypeAnnotation, statementMediaType } from './keep-statement.ts'
export type { Resource } from './predicates/resource.ts'
export { testResultPredicate, testResultSchema } from './predicates/test-result.ts'
export type { TestOutcome, TestResultPredicate, TestRun } from './predicates/test-result.ts'
export { vulnerabilitiesPredicate, vulnerabilitiesSchema } from './predicates/vulnerabilities.ts'
export type {
  ReportedVulnerability,
  ScanRun,
  VulnerabilitiesPredicate,
} from './predicates/vulnerabilities.ts'
export { predicateTypes, statementOf } from './statement.ts'
export type { PredicateType, Statement, StatementSubject } from './statement.ts'
