export { keepStatement, predicateTypeAnnotation, statementMediaType } from './keep-statement.ts'
export { predicateTypes, statementOf } from './statement.ts'
export type { PredicateType, Statement, StatementSubject } from './statement.ts'
