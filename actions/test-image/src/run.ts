import { join } from 'node:path'
import { secondsSince } from '@oke-pipeline/core'
import type { RunContext } from '@oke-pipeline/core'
import { formatPlatform, openLayoutInput } from '@oke-pipeline/image'
import type { Layout, LayoutImage } from '@oke-pipeline/image'
import type { Inputs } from './declaration.ts'
import { onRuntime } from './on-runtime.ts'
import { junitXml } from './report/junit.ts'
import { redactor } from './report/redactor.ts'
import { resultLog } from './report/result-log.ts'
import { keepResult } from './report/statement.ts'
import type { RuntimeReport, TestReport, TestResult } from './report/test-report.ts'
import { chooseRuntime } from './runtime/choose-runtime.ts'
import { imageForRunner } from './runtime/image-for-runner.ts'
import { readImageSettings } from './runtime/image-settings.ts'
import { readSuite } from './suite/read-suite.ts'
import type { Suite } from './suite/suite.ts'
import type { TestPorts } from './test-ports.ts'
import { filesOnDemand } from './tests/run-structure.ts'
import type { StructureSubject } from './tests/run-structure.ts'
import { runTests } from './tests/run-tests.ts'
import type { TestStand } from './tests/run-tests.ts'

/** The report of a test, and where it is kept. */
export interface TestedImage {
  readonly report: TestReport
  readonly reportPath: string
  readonly junitPath: string
}

/**
 * Checks that the layout is the image that is meant, puts it to all tests by its digest, and
 * reports what was observed. Whatever was made for that is gone afterwards.
 */
export async function run(
  inputs: Inputs,
  ports: TestPorts,
  context: Pick<RunContext, 'repository' | 'runUrl'>,
): Promise<TestedImage> {
  const start = ports.clock.now()
  const suite = await readSuite(inputs, ports.files)
  const layout = await openLayoutInput(inputs.layout, { digest: inputs.digest }, ports)
  await layout.verify(ports.signal)
  const image = imageForRunner(layout, ports.architecture)
  const subject = await subjectOf(layout, image)
  const { runtime, tests } = await testAll({ inputs, suite, subject }, ports)
  const report: TestReport = {
    schema: 'test-image/v2',
    digest: layout.digest,
    imageDigest: image.descriptor.digest,
    platform: formatPlatform(image.config.platform),
    result: tests.every(({ result }) => result === 'passed') ? 'passed' : 'failed',
    runtime,
    startedAt: start.toISOString(),
    seconds: secondsSince(start, ports.clock),
    tests,
  }
  await keepResult(report, { layout, sources: suite.sources, ...context })
  return { report, ...(await keepFiles(report, inputs, ports)) }
}

async function subjectOf(layout: Layout, image: LayoutImage): Promise<StructureSubject> {
  const settings = await readImageSettings(layout, image)
  return { layout, image, settings, files: filesOnDemand(layout, image) }
}

/** An image, and the tests that it is put to. */
interface Work {
  readonly inputs: Inputs
  readonly suite: Suite
  readonly subject: StructureSubject
}

interface Tested {
  readonly runtime: RuntimeReport
  readonly tests: readonly TestResult[]
}

const noRuntime: RuntimeReport = { name: 'none', version: '', because: 'no test runs the image' }

async function testAll({ inputs, suite, subject }: Work, ports: TestPorts): Promise<Tested> {
  const secrets = inputs['secret-environment'] ?? []
  const onResult = resultLog(ports.log)
  const redact = redactor(secrets.map(({ value }) => value))
  const perform = (stand: TestStand): Promise<readonly TestResult[]> =>
    runTests(suite.tests, stand, {
      parallel: inputs.parallel,
      clock: ports.clock,
      redact,
      onResult,
    })
  if (suite.tests.every(({ kind }) => kind === 'structure')) {
    return { runtime: noRuntime, tests: await perform({ subject, bench: undefined }) }
  }
  const runtime = await chooseRuntime(inputs.runtime, ports)
  ports.log.info(`Runs by ${runtime.name} ${runtime.version}: ${runtime.because}.`)
  const tests = await onRuntime({ runtime, suite, subject, secrets }, ports, (bench) =>
    perform({ subject, bench }),
  )
  return { runtime, tests }
}

type KeptFiles = Pick<TestedImage, 'reportPath' | 'junitPath'>

async function keepFiles(
  report: TestReport,
  inputs: Inputs,
  { files }: TestPorts,
): Promise<KeptFiles> {
  const usual = usualPath(report.digest, files.temp)
  const reportPath = inputs.report ?? `${usual}.json`
  const junitPath = inputs.junit ?? `${usual}.xml`
  await files.writeText(reportPath, `${JSON.stringify(report, undefined, 2)}\n`)
  await files.writeText(junitPath, junitXml(report))
  return {
    reportPath: await files.locate(reportPath),
    junitPath: await files.locate(junitPath),
  }
}

function usualPath(digest: string, temp: string): string {
  return join(temp, 'test-image', digest.replace(':', '-'))
}
