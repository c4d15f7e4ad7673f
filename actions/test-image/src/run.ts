import { join } from 'node:path'
import { secondsSince } from '@oke-pipeline/core'
import { formatPlatform, openLayout } from '@oke-pipeline/image'
import type { Digest, Layout, LayoutImage } from '@oke-pipeline/image'
import { checkCommand } from './check-command.ts'
import { checkHttp } from './check-http.ts'
import { cleanUp, containersOf, nameState, newName } from './clean-up.ts'
import type { Inputs } from './declaration.ts'
import { imageForRunner } from './image-for-runner.ts'
import { importImage } from './imported-image.ts'
import { viewOf } from './layout-view.ts'
import type { ContainerSettings } from './podman-arguments.ts'
import { podmanVersion } from './podman-version.ts'
import type { TestPorts } from './test-ports.ts'
import type { Check, TestReport } from './test-report.ts'

/** The report of a test, and where it is kept. */
export interface TestResult {
  readonly report: TestReport
  readonly reportPath: string
}

/**
 * Checks that the layout is the image that is meant, runs it by digest, and reports what was
 * observed. Containers and image are gone afterwards.
 */
export async function run(inputs: Inputs, ports: TestPorts): Promise<TestResult> {
  const start = ports.clock.now()
  const layout = await openLayout(await ports.files.locate(inputs.layout), {
    digest: inputs.digest,
  })
  await layout.verify(ports.signal)
  const image = imageForRunner(layout, ports.architecture)
  const version = await podmanVersion(ports)
  const checks = await test({ inputs, layout, image }, ports)
  const report: TestReport = {
    schema: 'test-image/v1',
    digest: layout.digest,
    imageDigest: image.descriptor.digest,
    platform: formatPlatform(image.config.platform),
    result: checks.every(({ result }) => result === 'passed') ? 'passed' : 'failed',
    engine: { name: 'podman', version },
    startedAt: start.toISOString(),
    seconds: secondsSince(start, ports.clock),
    checks,
  }
  return {
    report,
    reportPath: await keep(report, inputs.report ?? defaultPath(layout.digest, ports), ports),
  }
}

/** An image, and the tests that it is put to. */
interface Subject {
  readonly inputs: Inputs
  readonly layout: Layout
  readonly image: LayoutImage
}

async function test(subject: Subject, ports: TestPorts): Promise<readonly Check[]> {
  const name = newName(ports)
  ports.saveState(nameState, name)
  try {
    return await runChecks(subject, name, ports)
  } finally {
    // Nothing can be run any more once the job is cancelled: `post` does it then.
    if (!ports.signal.aborted) {
      await cleanUp(name, ports)
      ports.saveState(nameState, '')
    }
  }
}

async function runChecks(
  { inputs, layout, image }: Subject,
  name: string,
  ports: TestPorts,
): Promise<readonly Check[]> {
  const view = await viewOf({ layout, image, name }, ports.files)
  const settings = {
    image: await importImage(view, image.descriptor.digest, ports),
    environmentFile: await environmentFile(inputs, ports),
    user: inputs.user,
    isReadOnly: inputs['read-only'],
  }
  const containers = containersOf(name)
  return [
    ...(await commandChecks(inputs, { ...settings, container: containers.command }, ports)),
    ...(await httpChecks(inputs, { ...settings, container: containers.service }, ports)),
  ]
}

async function environmentFile(inputs: Inputs, { files }: TestPorts): Promise<string | undefined> {
  if (inputs.environment === undefined) return undefined
  const lines = inputs.environment.map(({ name, value }) => `${name}=${value}\n`)
  return files.writeSecret('environment', lines.join(''))
}

async function commandChecks(
  { command, timeout }: Inputs,
  settings: ContainerSettings,
  ports: TestPorts,
): Promise<readonly Check[]> {
  if (command === undefined) return []
  const check = await ports.log.group(`Run ${command.join(' ')}`, () =>
    checkCommand({ command, timeoutSeconds: timeout }, settings, ports),
  )
  return [check]
}

async function httpChecks(
  inputs: Inputs,
  settings: ContainerSettings,
  ports: TestPorts,
): Promise<readonly Check[]> {
  const port = inputs['http-port']
  if (port === undefined) return []
  const request = {
    port,
    path: inputs['http-path'],
    expectedStatus: inputs['http-status'],
    timeoutSeconds: inputs.timeout,
  }
  const check = await ports.log.group(`Ask port ${port} for ${request.path}`, () =>
    checkHttp(request, settings, ports),
  )
  return [check]
}

function defaultPath(digest: Digest, { files }: TestPorts): string {
  return join(files.temp, 'test-image', `${digest.replace(':', '-')}.json`)
}

async function keep(report: TestReport, path: string, { files }: TestPorts): Promise<string> {
  await files.writeText(path, `${JSON.stringify(report, undefined, 2)}\n`)
  return files.locate(path)
}
