import { placedYaml } from '@oke-pipeline/core'
import * as v from 'valibot'
import { goExpression } from './go-expression.ts'
import { isMadeBy } from './regular-expression.ts'

/** Whether a text is a file of container-structure-test: it names a version of its schema. */
export function isStructureTestFile(text: string): boolean {
  const yaml = placedYaml(text)
  if (yaml.faults.length > 0) return /^["']?schemaVersion["']?\s*:/m.test(text)
  const data = yaml.data()
  return typeof data === 'object' && data !== null && 'schemaVersion' in data
}

const expression = v.pipe(
  v.string('a regular expression'),
  v.check(isMadeBy(goExpression), 'a regular expression that JavaScript has too'),
)
const expressions = v.optional(v.array(expression, 'a list of regular expressions'), [])
const texts = v.optional(v.array(v.string('text'), 'a list of texts'), [])
const name = v.pipe(v.string('a name'), v.minLength(1, 'a name'))
const number = v.pipe(v.number('a whole number'), v.integer('a whole number'))

const variable = v.strictObject({
  key: v.string('the name of a variable'),
  value: v.string('text in quotes'),
})

const pattern = v.strictObject({
  key: v.string('a name'),
  value: v.string('text in quotes'),
  isRegex: v.optional(v.boolean('true or false'), false),
})

const commandLines = v.optional(
  v.array(v.array(v.string('an argument in quotes'), 'a command as a list'), 'a list of commands'),
  [],
)

const commandTest = v.strictObject({
  name,
  setup: commandLines,
  teardown: commandLines,
  command: v.string('a program'),
  args: texts,
  envVars: v.optional(v.array(variable), []),
  expectedOutput: expressions,
  excludedOutput: expressions,
  expectedError: expressions,
  excludedError: expressions,
  exitCode: v.optional(number, 0),
})

const fileExistenceTest = v.strictObject({
  name,
  path: v.string('a path'),
  shouldExist: v.optional(v.boolean('true or false'), true),
  permissions: v.optional(
    v.pipe(
      v.string('permissions such as "-rwxr-xr-x"'),
      v.regex(/^[-dlL]([r-][w-][xsS-]){2}[r-][w-][xtT-]$/, 'permissions such as "-rwxr-xr-x"'),
    ),
  ),
  uid: v.optional(number),
  gid: v.optional(number),
  isExecutableBy: v.optional(
    v.picklist(['owner', 'group', 'other', 'any'], 'owner, group, other or any'),
  ),
})

const fileContentTest = v.strictObject({
  name,
  path: v.string('a path'),
  expectedContents: expressions,
  excludedContents: expressions,
})

const metadataTest = v.strictObject({
  env: v.optional(v.array(pattern), []),
  envVars: v.optional(v.array(pattern), []),
  unboundEnvVars: v.optional(v.array(v.looseObject({ key: v.string('a name') })), []),
  labels: v.optional(v.array(pattern), []),
  entrypoint: v.optional(v.array(v.string('text'))),
  cmd: v.optional(v.array(v.string('text'))),
  exposedPorts: texts,
  unexposedPorts: texts,
  volumes: texts,
  unmountedVolumes: texts,
  workdir: v.optional(v.string('a path')),
  user: v.optional(v.string('a user')),
})

const containerRunOptions = v.strictObject({
  user: v.optional(v.string('a user')),
  envVars: v.optional(
    v.pipe(
      v.array(v.string('a name')),
      v.maxLength(0, 'none: give them by the input "environment"'),
    ),
  ),
  envFile: v.optional(v.literal('', 'none: give its variables by the input "environment"')),
  privileged: v.optional(v.literal(false, 'false: no test runs with more rights than a pod has')),
  allocateTty: v.optional(v.literal(false, 'false: no test has a terminal')),
  tty: v.optional(v.literal(false, 'false: no test has a terminal')),
  capabilities: v.optional(
    v.pipe(
      v.array(v.string()),
      v.maxLength(0, 'none: no test runs with more rights than a pod has'),
    ),
  ),
  bindMounts: v.optional(
    v.pipe(v.array(v.string()), v.maxLength(0, 'none: a test sees what is in the image')),
  ),
})

/** The files of container-structure-test, version 2.0.0, as far as they can be run here. */
export const StructureTestsFile = v.strictObject({
  schemaVersion: v.literal('2.0.0', '"2.0.0", the only version that is read here'),
  globalEnvVars: v.optional(v.array(variable), []),
  commandTests: v.optional(v.array(commandTest), []),
  fileExistenceTests: v.optional(v.array(fileExistenceTest), []),
  fileContentTests: v.optional(v.array(fileContentTest), []),
  metadataTest: v.optional(metadataTest),
  licenseTests: v.optional(
    v.pipe(
      v.array(v.unknown()),
      v.maxLength(
        0,
        'none: licences are what scan-gate looks at; take licenseTests out of the file',
      ),
    ),
  ),
  containerRunOptions: v.optional(containerRunOptions),
})

/** Such a file as it was read. */
export type StructureTestsData = v.InferOutput<typeof StructureTestsFile>
