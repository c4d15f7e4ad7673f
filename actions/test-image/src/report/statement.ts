import {
  keepStatement,
  predicateTypes,
  statementOf,
  testResultPredicate,
} from '@oke-pipeline/evidence'
import type { Resource } from '@oke-pipeline/evidence'
import type { Digest, Layout } from '@oke-pipeline/image'
import type { TestsSource } from '../suite/suite.ts'
import type { TestReport } from './test-report.ts'

/** What a statement on tests says beside their results. */
export interface StatementContext {
  readonly layout: Layout
  readonly sources: readonly TestsSource[]
  /** `owner/name`, by which people know the image before it has a name in a registry. */
  readonly repository: string | undefined
  readonly runUrl: string | undefined
}

/** Keeps the result with the image, as an in-toto statement on its digest; returns the digest of the referrer. */
export async function keepResult(report: TestReport, context: StatementContext): Promise<Digest> {
  const { layout, sources, repository = 'image', runUrl } = context
  const names = (result: 'passed' | 'failed'): readonly string[] =>
    report.tests.filter((test) => test.result === result).map(({ name }) => name)
  const predicate = testResultPredicate({
    result: report.result === 'passed' ? 'PASSED' : 'FAILED',
    configuration: [...sources.map(resourceOf), imageOf(report)],
    passed: names('passed'),
    failed: names('failed'),
    warned: [],
    url: runUrl,
  })
  const subject = { name: repository, digest: layout.digest }
  const statement = statementOf(subject, predicateTypes.testResult, predicate)
  return (await keepStatement(layout, statement)).digest
}

function resourceOf({ file, sha256 }: TestsSource): Resource {
  return { name: file, digest: { sha256 } }
}

/** Of an index, one platform was run. */
function imageOf({ platform, imageDigest }: TestReport): Resource {
  return { name: platform, digest: { sha256: imageDigest.replace('sha256:', '') } }
}
