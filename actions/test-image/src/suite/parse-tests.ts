import { parseYaml } from '@oke-pipeline/core'
import type { Place, YamlPath, YamlProblem } from '@oke-pipeline/core'
import * as v from 'valibot'
import type { Defaults } from './defaults.ts'
import { expectationOf } from './expectation.ts'
import type { Expectation } from './expectation.ts'
import { modeOf } from './file-mode.ts'
import { readinessOf, serviceOf } from './parse-service.ts'
import { TestsFile } from './schema.ts'
import type { ExpectationEntry, TestEntry } from './schema.ts'
import { secondsOf } from './seconds.ts'
import type {
  CommandTest,
  ContainerOptions,
  FileExpectation,
  HttpExchange,
  HttpTest,
  ImageTest,
  Service,
  StructureTest,
  ValueExpectation,
} from './suite.ts'

/**
 * Makes sense of the text of a tests file.
 * @throws {@link ConfigurationError} that lists all problems with their places.
 */
export function parseTests(text: string, file: string, defaults: Defaults): readonly ImageTest[] {
  const about = { file, title: 'Tests file', describedBy: 'schema/tests.schema.json' }
  const check = (data: unknown): readonly YamlProblem[] => problemsIn(data, defaults)
  const yaml = parseYaml(TestsFile, text, about, check)
  const { data } = yaml
  const placeOf = (path: YamlPath): Place => ({ file, ...yaml.positionOf(path) })
  const services = Object.entries(data.services ?? {}).map(([name, entry]) =>
    serviceOf(name, entry, placeOf(['services', name])),
  )
  return data.tests.map((entry, index) =>
    testOf(entry, { place: placeOf(['tests', index]), defaults, services }),
  )
}

/** What the tests of a file have in common. */
interface Surroundings {
  readonly place: Place
  readonly defaults: Defaults
  readonly services: readonly Service[]
}

type Entry<Kind extends TestEntry['kind']> = Extract<TestEntry, { kind: Kind }>

function testOf(entry: TestEntry, around: Surroundings): ImageTest {
  if (entry.kind === 'structure') return structureTestOf(entry, around.place)
  const { name } = entry
  const { place, defaults } = around
  const container = containerOf(entry, around)
  const timeoutSeconds = secondsOr(
    'within' in entry && entry.kind !== 'stop' ? entry.within : undefined,
    secondsOr('timeout' in entry ? entry.timeout : undefined, defaults.timeoutSeconds),
  )
  const base = { name, place, container, timeoutSeconds }
  switch (entry.kind) {
    case 'command':
      return { ...base, ...commandOf(entry) }
    case 'http':
      return { ...base, ...httpOf(entry) }
    case 'start':
      return { ...base, kind: 'start', ready: readinessOf(entry.ready) }
    case 'health':
      return { ...base, kind: 'start', ready: { kind: 'health' } }
    case 'stop':
      return {
        ...base,
        kind: 'stop',
        ready: entry.ready === undefined ? undefined : readinessOf(entry.ready),
        withinSeconds: secondsOf(entry.within),
        exitStatuses: entry['exit-status'],
      }
  }
}

function secondsOr(duration: string | undefined, other: number): number {
  return duration === undefined ? other : secondsOf(duration)
}

function containerOf(
  entry: Exclude<TestEntry, { kind: 'structure' }>,
  { defaults, services }: Surroundings,
): ContainerOptions {
  const { env = {}, memory } = entry
  const texts = Object.entries(env).map(([name, value]) => [name, String(value)] as const)
  return {
    environment: { ...defaults.environment, ...Object.fromEntries(texts) },
    user: entry.user ?? defaults.user,
    isReadOnly: entry['read-only'] ?? defaults.isReadOnly,
    memory: memory?.replace(/([KMG])iB$/, (_, unit: string) => unit.toLowerCase()),
    services: services.filter(({ name }) => entry.services?.includes(name) === true),
  }
}

type Own<Test> = Omit<Test, 'name' | 'place' | 'container' | 'timeoutSeconds'>

function commandOf(entry: Entry<'command'>): Own<CommandTest> {
  return {
    kind: 'command',
    command: entry.command,
    args: entry.args,
    setup: entry.setup ?? [],
    teardown: entry.teardown ?? [],
    exitStatus: entry['exit-status'] ?? 0,
    stdout: expected(entry.stdout),
    stderr: expected(entry.stderr),
  }
}

function expected(entry: ExpectationEntry | undefined): Expectation | undefined {
  return entry === undefined ? undefined : expectationOf(entry)
}

function httpOf({ port, requests }: Entry<'http'>): Own<HttpTest> {
  return { kind: 'http', port, requests: requests.map(exchangeOf) }
}

function exchangeOf(request: Entry<'http'>['requests'][number]): HttpExchange {
  const headers = Object.entries(request['response-headers'] ?? {})
  return {
    method: request.method,
    path: request.path,
    headers: request.headers ?? {},
    body: request.body,
    status: request.status,
    responseHeaders: Object.fromEntries(
      headers.map(([name, entry]) => [name.toLowerCase(), expectationOf(entry)]),
    ),
    responseBody: expected(request['response-body']),
    isRedirectShown: request.redirects === 'show',
  }
}

function structureTestOf(entry: Entry<'structure'>, place: Place): StructureTest {
  const { name, user, entrypoint, cmd, workdir } = entry
  return {
    kind: 'structure',
    ...{ name, place, user, entrypoint, cmd, workdir },
    environment: valuesOf(entry.env),
    absentEnvironment: entry['absent-env'] ?? [],
    labels: valuesOf(entry.labels),
    ports: (entry.ports ?? []).map(portOf),
    absentPorts: (entry['absent-ports'] ?? []).map(portOf),
    volumes: entry.volumes ?? [],
    absentVolumes: entry['absent-volumes'] ?? [],
    files: (entry.files ?? []).map(fileOf),
  }
}

type ValueEntries = NonNullable<Entry<'structure'>['env']>

function valuesOf(entries: ValueEntries | undefined): Readonly<Record<string, ValueExpectation>> {
  return Object.fromEntries(
    Object.entries(entries ?? {}).map(([name, entry]): [string, ValueExpectation] => [
      name,
      typeof entry === 'object'
        ? { kind: 'expectation', expectation: expectationOf(entry) }
        : { kind: 'text', text: String(entry) },
    ]),
  )
}

function portOf(port: number | string): string {
  const text = String(port)
  return text.includes('/') ? text : `${text}/tcp`
}

function fileOf(entry: NonNullable<Entry<'structure'>['files']>[number]): FileExpectation {
  return {
    path: entry.path,
    isAbsent: entry.absent ?? false,
    type: entry.type,
    mode: entry.mode === undefined ? undefined : modeOf(entry.mode),
    uid: entry.uid,
    gid: entry.gid,
    executableBy: entry['executable-by'],
    content: expected(entry.content),
  }
}

const looseText = v.fallback(v.string(), '')
const looseNames = v.fallback(v.array(looseText), [])
const looseSecrets = v.fallback(v.object({ 'secret-env': looseNames }), { 'secret-env': [] })

/** The parts of a file that refer to each other, as far as they are there. */
const References = v.object({
  services: v.fallback(v.record(v.string(), looseSecrets), {}),
  tests: v.fallback(
    v.array(
      v.fallback(v.object({ name: looseText, services: looseNames }), { name: '', services: [] }),
    ),
    [],
  ),
})

/** Names that two tests have, services that are not there, secrets that nobody gave. */
function problemsIn(data: unknown, { secretNames }: Defaults): readonly YamlProblem[] {
  const parsed = v.safeParse(References, data)
  if (!parsed.success) return []
  const { services, tests } = parsed.output
  const names = tests.map(({ name }) => name)
  return [
    ...names.flatMap((name, index) => {
      const first = names.indexOf(name)
      if (name === '' || first === index) return []
      return [{ path: ['tests', index, 'name'], text: `: tests[${first}] has the same name` }]
    }),
    ...tests.flatMap((test, index) =>
      test.services.flatMap((name, position) => {
        if (name === '' || Object.hasOwn(services, name)) return []
        const path = ['tests', index, 'services', position]
        return [{ path, text: `: there is no service "${name}" in this file` }]
      }),
    ),
    ...Object.entries(services).flatMap(([name, service]) =>
      service['secret-env'].flatMap((secret, position) => {
        if (secret === '' || secretNames.includes(secret)) return []
        const path = ['services', name, 'secret-env', position]
        return [{ path, text: `: the input "secret-environment" has no "${secret}"` }]
      }),
    ),
  ]
}
