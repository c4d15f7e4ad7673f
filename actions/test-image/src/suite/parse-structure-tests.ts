import { parseYaml } from '@oke-pipeline/core'
import type { Place, YamlPath } from '@oke-pipeline/core'
import type { Defaults } from './defaults.ts'
import type { Expectation } from './expectation.ts'
import { modeOf } from './file-mode.ts'
import { goExpression } from './go-expression.ts'
import { StructureTestsFile } from './structure-test-schema.ts'
import type { StructureTestsData } from './structure-test-schema.ts'
import type {
  CommandTest,
  FileExpectation,
  ImageTest,
  StructureTest,
  ValueExpectation,
} from './suite.ts'

/**
 * Reads a file of container-structure-test.
 * @throws {@link ConfigurationError} that lists all problems with their places.
 */
export function parseStructureTests(
  text: string,
  file: string,
  defaults: Defaults,
): readonly ImageTest[] {
  const about = {
    file,
    title: 'File of container-structure-test',
    describedBy: 'the README of test-image, under "From container-structure-test",',
  }
  const yaml = parseYaml(StructureTestsFile, text, about)
  const { data } = yaml
  const placeOf = (...path: YamlPath): Place => ({ file, ...yaml.positionOf(path) })
  const { commandTests, fileExistenceTests, fileContentTests, metadataTest } = data
  return [
    ...commandTests.map((test, index) =>
      commandTestOf(test, data, { defaults, place: placeOf('commandTests', index) }),
    ),
    ...fileExistenceTests.map((test, index) =>
      structureTestOf(test.name, placeOf('fileExistenceTests', index), {
        files: [existence(test)],
      }),
    ),
    ...fileContentTests.map((test, index) =>
      structureTestOf(test.name, placeOf('fileContentTests', index), { files: [content(test)] }),
    ),
    ...(metadataTest === undefined
      ? []
      : [structureTestOf('Metadata', placeOf('metadataTest'), metadataOf(metadataTest))]),
  ]
}

type Data = StructureTestsData

function commandTestOf(
  test: Data['commandTests'][number],
  { globalEnvVars, containerRunOptions }: Data,
  { defaults, place }: { readonly defaults: Defaults; readonly place: Place },
): CommandTest {
  const own = [...globalEnvVars, ...test.envVars].map(({ key, value }) => [key, value] as const)
  return {
    kind: 'command',
    name: test.name,
    place,
    container: {
      environment: { ...defaults.environment, ...Object.fromEntries(own) },
      user: containerRunOptions?.user ?? defaults.user,
      isReadOnly: defaults.isReadOnly,
      memory: undefined,
      services: [],
    },
    timeoutSeconds: defaults.timeoutSeconds,
    command: [test.command, ...test.args],
    args: undefined,
    setup: test.setup,
    teardown: test.teardown,
    exitStatus: test.exitCode,
    stdout: expectation(test.expectedOutput, test.excludedOutput),
    stderr: expectation(test.expectedError, test.excludedError),
  }
}

function expectation(expected: readonly string[], excluded: readonly string[]): Expectation {
  return {
    contains: [],
    matches: expected.map(goExpression),
    notContains: [],
    notMatches: excluded.map(goExpression),
  }
}

const nothingExpected = {
  user: undefined,
  entrypoint: undefined,
  cmd: undefined,
  workdir: undefined,
  environment: {},
  absentEnvironment: [],
  labels: {},
  ports: [],
  absentPorts: [],
  volumes: [],
  absentVolumes: [],
  files: [],
} as const

function structureTestOf(
  name: string,
  place: Place,
  expected: Partial<StructureTest>,
): StructureTest {
  return { kind: 'structure', ...nothingExpected, ...expected, name, place }
}

const noExpectation = {
  isAbsent: false,
  type: undefined,
  mode: undefined,
  uid: undefined,
  gid: undefined,
  executableBy: undefined,
  content: undefined,
} as const

const types: Readonly<Record<string, FileExpectation['type']>> = {
  '-': 'file',
  d: 'folder',
  l: 'link',
  L: 'link',
}

function existence(test: Data['fileExistenceTests'][number]): FileExpectation {
  const { permissions, uid, gid } = test
  return {
    ...noExpectation,
    path: test.path,
    isAbsent: !test.shouldExist,
    type: permissions === undefined ? undefined : types[permissions.charAt(0)],
    mode: permissions === undefined ? undefined : modeOf(permissions),
    ...{ uid, gid },
    executableBy: test.isExecutableBy,
  }
}

function content(test: Data['fileContentTests'][number]): FileExpectation {
  const { path, expectedContents, excludedContents } = test
  return { ...noExpectation, path, content: expectation(expectedContents, excludedContents) }
}

function metadataOf(test: NonNullable<Data['metadataTest']>): Partial<StructureTest> {
  const { user, entrypoint, cmd, workdir } = test
  return {
    ...{ user, entrypoint, cmd, workdir },
    environment: valuesOf([...test.env, ...test.envVars]),
    absentEnvironment: test.unboundEnvVars.map(({ key }) => key),
    labels: valuesOf(test.labels),
    ports: test.exposedPorts.map(portOf),
    absentPorts: test.unexposedPorts.map(portOf),
    volumes: test.volumes,
    absentVolumes: test.unmountedVolumes,
  }
}

function valuesOf(
  patterns: NonNullable<Data['metadataTest']>['labels'],
): Readonly<Record<string, ValueExpectation>> {
  return Object.fromEntries(
    patterns.map(({ key, value, isRegex }): [string, ValueExpectation] => [
      key,
      isRegex
        ? { kind: 'expectation', expectation: expectation([value], []) }
        : { kind: 'text', text: value },
    ]),
  )
}

function portOf(port: string): string {
  return port.includes('/') ? port : `${port}/tcp`
}
