import XMLBuilder from 'fast-xml-builder'
import type { TestReport, TestResult } from './test-report.ts'

/** The report as JUnit’s XML, which reporters on GitHub and elsewhere read. */
export function junitXml(report: TestReport): string {
  const { tests } = report
  const failed = tests.filter(({ result }) => result === 'failed').length
  const counts = {
    '@_tests': tests.length,
    '@_failures': failed,
    '@_errors': 0,
    '@_skipped': 0,
    '@_time': seconds(report.seconds),
  }
  const suite = {
    '@_name': `test-image ${report.platform}`,
    ...counts,
    // Without a zone, as the schema has it; it is UTC.
    '@_timestamp': report.startedAt.replace(/\.\d+Z$/, ''),
    '@_hostname': 'localhost',
    properties: { property: propertiesOf(report) },
    testcase: tests.map(caseOf),
  }
  const builder = new XMLBuilder({
    ignoreAttributes: false,
    format: true,
    suppressEmptyNode: true,
    suppressBooleanAttributes: false,
  })
  const document = {
    '?xml': { '@_version': '1.0', '@_encoding': 'UTF-8' },
    testsuites: { '@_name': 'test-image', ...counts, testsuite: suite },
  }
  return builder.build(document)
}

function propertiesOf({ digest, runtime }: TestReport): readonly object[] {
  return [
    { '@_name': 'digest', '@_value': digest },
    { '@_name': 'runtime', '@_value': `${runtime.name} ${runtime.version}`.trim() },
  ]
}

function caseOf(test: TestResult): object {
  const { place } = test
  return {
    '@_name': printable(test.name),
    '@_classname': place?.file ?? 'test-image',
    '@_time': seconds(test.seconds),
    ...(place === undefined ? {} : { '@_file': place.file }),
    ...(place?.line === undefined ? {} : { '@_line': place.line }),
    ...(test.result === 'passed' ? {} : { failure: failureOf(test) }),
    ...(test.lastLines.length === 0 ? {} : { 'system-out': printable(test.lastLines.join('\n')) }),
  }
}

function failureOf({ failures, kind }: TestResult): object {
  return {
    '@_message': printable(failures[0] ?? ''),
    '@_type': kind,
    '#text': printable(failures.join('\n')),
  }
}

function seconds(value: number): string {
  return value.toFixed(3)
}

/** XML has no way to write most control characters. */
function printable(text: string): string {
  return text.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
}
