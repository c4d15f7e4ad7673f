import { createHash } from 'node:crypto'
import { ConfigurationError } from '@oke-pipeline/core'
import type { Files } from '@oke-pipeline/core'
import type { Inputs } from '../declaration.ts'
import type { Defaults } from './defaults.ts'
import { inlineTests } from './inline-tests.ts'
import { parseStructureTests } from './parse-structure-tests.ts'
import { parseTests } from './parse-tests.ts'
import { isStructureTestFile } from './structure-test-schema.ts'
import type { ImageTest, Suite, TestsSource } from './suite.ts'

/** What the inputs say for every test. */
export function defaultsOf(inputs: Inputs): Defaults {
  return {
    environment: Object.fromEntries(
      (inputs.environment ?? []).map(({ name, value }) => [name, value]),
    ),
    user: inputs.user,
    isReadOnly: inputs['read-only'],
    timeoutSeconds: inputs.timeout,
    secretNames: (inputs['secret-environment'] ?? []).map(({ name }) => name),
  }
}

/**
 * Reads all tests: those of the inputs, and those of the files that they name.
 * @throws {@link ConfigurationError} that lists everything that is wrong with the files.
 */
export async function readSuite(inputs: Inputs, files: Files): Promise<Suite> {
  const defaults = defaultsOf(inputs)
  const inline = inlineTests(inputs, defaults)
  const read = await readAll(inputs.tests ?? [], defaults, files)
  const sources = read.map(({ source }) => source)
  return {
    tests: withUniqueNames([...inline, ...read.flatMap(({ tests }) => tests)]),
    sources: inline.length === 0 ? sources : [inlineSource(inline), ...sources],
  }
}

interface ReadFile {
  readonly source: TestsSource
  readonly tests: readonly ImageTest[]
}

async function readAll(
  paths: readonly string[],
  defaults: Defaults,
  files: Files,
): Promise<readonly ReadFile[]> {
  const results = await Promise.allSettled(paths.map((path) => readOne(path, defaults, files)))
  const problems = results.flatMap((result): unknown[] =>
    result.status === 'rejected' ? [result.reason] : [],
  )
  if (problems.length > 0) throw together(problems)
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
}

/** One error for all files that are not usable; anything else is thrown as it is. */
function together(problems: readonly unknown[]): unknown {
  const [first, ...others] = problems
  const isReported = problems.every((problem) => problem instanceof ConfigurationError)
  if (!isReported || others.length === 0) return first
  const reported = problems.filter((problem) => problem instanceof ConfigurationError)
  return new ConfigurationError({
    title: `${problems.length} tests files are not usable`,
    explanation: reported.map(({ title, explanation }) => `\n${title}:${explanation}`).join(''),
    remedy: '\nCorrect the files. Nothing has been run yet.',
    ...(reported[0]?.place === undefined ? {} : { place: reported[0].place }),
  })
}

async function readOne(path: string, defaults: Defaults, files: Files): Promise<ReadFile> {
  const text = await files.readText(path)
  const tests = isStructureTestFile(text)
    ? parseStructureTests(text, path, defaults)
    : parseTests(text, path, defaults)
  if (tests.length === 0) throw nothingIn(path)
  return { source: { file: path, sha256: sha256Of(text) }, tests }
}

function nothingIn(file: string): ConfigurationError {
  return new ConfigurationError({
    title: `Tests file "${file}" has no test`,
    explanation: 'Where nothing is tested, nothing can pass.',
    remedy: 'Add a test, or take the file out of the input "tests".',
    place: { file },
  })
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function inlineSource(tests: readonly ImageTest[]): TestsSource {
  return { file: 'inputs of test-image', sha256: sha256Of(JSON.stringify(tests)) }
}

/** Reports tell tests apart by name; two files may have the same. */
function withUniqueNames(tests: readonly ImageTest[]): readonly ImageTest[] {
  const counts = new Map<string, number>()
  return tests.map((test) => {
    const count = (counts.get(test.name) ?? 0) + 1
    counts.set(test.name, count)
    return count === 1 ? test : { ...test, name: `${test.name} (${count})` }
  })
}
