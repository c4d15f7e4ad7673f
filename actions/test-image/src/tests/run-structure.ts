import { openImageFiles } from '@oke-pipeline/image'
import type { ImageConfig, ImageFile, ImageFiles, Layout, LayoutImage } from '@oke-pipeline/image'
import type { ImageSettings } from '../runtime/image-settings.ts'
import { failuresOf } from '../suite/expectation.ts'
import type { Expectation } from '../suite/expectation.ts'
import { formatMode } from '../suite/file-mode.ts'
import type { FileExpectation, StructureTest, ValueExpectation } from '../suite/suite.ts'
import type { TestOutcome } from './outcome.ts'

/** An image that is looked at, not run. */
export interface StructureSubject {
  readonly layout: Layout
  readonly image: LayoutImage
  readonly settings: ImageSettings
  /** Reads the layers, once for all tests that ask for files. */
  readonly files: () => Promise<ImageFiles>
}

/** No more than this is read of a file whose content a test looks at. */
const largestContentBytes = 16 * 1024 * 1024

/** The files of an image, read when they are first asked for. */
export function filesOnDemand(layout: Layout, image: LayoutImage): () => Promise<ImageFiles> {
  let opening: Promise<ImageFiles> | undefined
  return () => (opening ??= openImageFiles(layout, image))
}

/** Compares the configuration and the files of an image with what a test expects of them. */
export async function runStructureTest(
  subject: StructureSubject,
  test: StructureTest,
): Promise<TestOutcome> {
  const { config } = subject.image
  const failures = [
    ...processFailures(config, test),
    ...valueFailures('variable', new Map(config.environment.map(splitVariable)), test.environment),
    ...config.environment
      .map((entry) => splitVariable(entry)[0])
      .filter((name) => test.absentEnvironment.includes(name))
      .map((name) => `It has the variable ${name}, which it must not have.`),
    ...valueFailures('label', new Map(Object.entries(config.labels)), test.labels),
    ...membership('port', config.exposedPorts.map(withProtocol), test.ports, test.absentPorts),
    ...membership('volume', subject.settings.volumes, test.volumes, test.absentVolumes),
    ...(await allFileFailures(subject, test.files)),
  ]
  return { failures, observed: 'looked at, not run', lastLines: [] }
}

function processFailures(config: ImageConfig, test: StructureTest): readonly string[] {
  const compared: readonly (readonly [string, unknown, unknown])[] = [
    ['USER', config.user, test.user],
    ['WORKDIR', config.workingDirectory, test.workdir],
    ['ENTRYPOINT', config.entrypoint, test.entrypoint],
    ['CMD', config.command, test.cmd],
  ]
  return compared
    .filter(([, found, wanted]) => wanted !== undefined && shown(found) !== shown(wanted))
    .map(
      ([name, found, wanted]) => `Its ${name} is ${shown(found)}; expected was ${shown(wanted)}.`,
    )
}

function shown(value: unknown): string {
  return JSON.stringify(value)
}

function splitVariable(entry: string): [string, string] {
  const end = entry.indexOf('=')
  return end < 0 ? [entry, ''] : [entry.slice(0, end), entry.slice(end + 1)]
}

function withProtocol(port: string): string {
  return port.includes('/') ? port : `${port}/tcp`
}

function valueFailures(
  kind: string,
  found: ReadonlyMap<string, string>,
  wanted: Readonly<Record<string, ValueExpectation>>,
): readonly string[] {
  return Object.entries(wanted).flatMap(([name, expected]) => {
    const value = found.get(name)
    if (value === undefined) return [`It has no ${kind} ${name}.`]
    if (expected.kind === 'expectation') {
      return failuresOf(`${kind} ${name}`, value, expected.expectation)
    }
    if (value === expected.text) return []
    return [`Its ${kind} ${name} is ${shown(value)}; expected was ${shown(expected.text)}.`]
  })
}

function membership(
  kind: string,
  found: readonly string[],
  wanted: readonly string[],
  unwanted: readonly string[],
): readonly string[] {
  return [
    ...wanted
      .filter((one) => !found.includes(one))
      .map((one) => `It has no ${kind} ${one}; it has ${found.join(', ') || 'none'}.`),
    ...unwanted
      .filter((one) => found.includes(one))
      .map((one) => `It has the ${kind} ${one}, which it must not have.`),
  ]
}

async function allFileFailures(
  subject: StructureSubject,
  expectations: readonly FileExpectation[],
): Promise<readonly string[]> {
  if (expectations.length === 0) return []
  const files = await subject.files()
  const withContent = expectations.filter(({ content }) => content !== undefined)
  const contents = await files.read(
    withContent.map(({ path }) => path),
    { limitBytes: largestContentBytes },
  )
  return expectations.flatMap((expected) => {
    const { path, content } = expected
    // A link is looked at itself only by those who ask for one.
    const file = files.find(path, { followLast: expected.type !== 'link' && !expected.isAbsent })
    const bytes = contents.get(path)
    const text = bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8')
    return [...fileFailures(file, expected), ...contentFailures(path, text, content)]
  })
}

function fileFailures(file: ImageFile | undefined, expected: FileExpectation): readonly string[] {
  const { path } = expected
  if (expected.isAbsent) return file === undefined ? [] : [`${path} is there, and must not be.`]
  if (file === undefined) return [`${path} is not there.`]
  const kind = file.kind === 'symlink' ? 'link' : file.kind
  const mode = file.mode & 0o7777
  const compared: readonly Comparison[] = [
    { what: 'is a', found: kind, wanted: expected.type },
    { what: 'has the mode', found: formatMode(mode), wanted: modeText(expected.mode) },
    { what: 'belongs to user', found: file.uid, wanted: expected.uid },
    { what: 'belongs to group', found: file.gid, wanted: expected.gid },
  ]
  return [
    ...compared
      .filter(({ found, wanted }) => wanted !== undefined && found !== wanted)
      .map(({ what, found, wanted }) => `${path} ${what} ${found}; expected was ${wanted ?? ''}.`),
    ...executionFailures(path, mode, expected.executableBy),
  ]
}

interface Comparison {
  readonly what: string
  readonly found: string | number
  readonly wanted: string | number | undefined
}

function modeText(mode: number | undefined): string | undefined {
  return mode === undefined ? undefined : formatMode(mode)
}

function executionFailures(
  path: string,
  mode: number,
  by: FileExpectation['executableBy'],
): readonly string[] {
  if (by === undefined || (mode & executeBits[by]) !== 0) return []
  return [`${path} has the mode ${formatMode(mode)}: it cannot be executed by ${by}.`]
}

const executeBits = { owner: 0o100, group: 0o010, other: 0o001, any: 0o111 } as const

function contentFailures(
  path: string,
  text: string | undefined,
  expected: Expectation | undefined,
): readonly string[] {
  if (expected === undefined) return []
  return text === undefined
    ? [`${path} has no content to look at.`]
    : failuresOf(path, text, expected)
}
