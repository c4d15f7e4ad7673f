import * as v from 'valibot'
import { isMadeBy, regularExpression as compiled } from './regular-expression.ts'

/** The first line of every tests file: which grammar the rest follows. */
export const testsSchema = 'oke-pipeline/tests/v1'

function textOf(grammar: {
  readonly pattern: RegExp
  readonly expects: string
  readonly description: string
}) {
  return v.pipe(
    v.string(grammar.expects),
    v.regex(grammar.pattern, grammar.expects),
    v.description(grammar.description),
  )
}

function numberOf(range: {
  readonly from: number
  readonly to: number
  readonly description: string
}) {
  const expects = `a whole number from ${range.from} to ${range.to}`
  return v.pipe(
    v.number(expects),
    v.integer(expects),
    v.minValue(range.from, expects),
    v.maxValue(range.to, expects),
    v.description(range.description),
  )
}

function durationOf(description: string) {
  const pattern = /^(?=\d)(\d{1,6}h)?(\d{1,6}m)?(\d{1,6}(\.\d{1,3})?s)?$/
  return textOf({ pattern, expects: 'a duration such as 0.5s, 90s or 10m', description })
}

const anyText = v.string('text')

const regularExpression = v.pipe(
  v.string('a regular expression'),
  v.check(isMadeBy(compiled), 'a regular expression as JavaScript has them'),
)

function oneOrMore<Item extends v.GenericSchema>(item: Item, description: string) {
  return v.optional(v.pipe(v.union([item, v.array(item)]), v.description(description)))
}

/** What a text must and must not have in it. */
const expectation = v.strictObject(
  {
    contains: oneOrMore(anyText, 'Text that must be in it.'),
    matches: oneOrMore(regularExpression, 'Regular expressions that must match it; "m" is set.'),
    'not-contains': oneOrMore(anyText, 'Text that must not be in it.'),
    'not-matches': oneOrMore(regularExpression, 'Regular expressions that must not match it.'),
  },
  'an expectation with "contains", "matches", "not-contains" or "not-matches"',
)

const argv = v.pipe(
  v.array(v.string('an argument in quotes'), 'a list of arguments; no shell splits them'),
  v.minLength(1, 'a program at least'),
)

const port = numberOf({ from: 1, to: 65_535, description: 'Port inside the container.' })

const urlPath = textOf({
  pattern: /^\/[\x21-\x7e]*$/,
  expects: 'a path such as /healthz',
  description: 'Path, with a query where there is one.',
})

const status = numberOf({ from: 100, to: 599, description: 'Status of the answer.' })

const environment = v.pipe(
  v.record(
    textOf({
      pattern: /^[A-Za-z_][A-Za-z0-9_.-]*$/,
      expects: 'the name of a variable',
      description: 'Name of a variable.',
    }),
    v.union([v.string(), v.number(), v.boolean()], 'text, a number, true or false'),
    'variables: "NAME: value"',
  ),
  v.description('Environment variables.'),
)

const secretNames = v.pipe(
  v.array(v.string('a name'), 'a list of names'),
  v.description('Names of variables whose values the input `secret-environment` gives.'),
)

const readiness = v.pipe(
  v.strictObject(
    {
      port: v.optional(v.pipe(port, v.description('A TCP port on which it takes connections.'))),
      http: v.optional(
        v.strictObject(
          { port, path: v.optional(urlPath, '/'), status: v.optional(status, 200) },
          'a request with "port", and "path" and "status" where they are not / and 200',
        ),
      ),
      log: v.optional(
        v.pipe(regularExpression, v.description('A regular expression that a line matches.')),
      ),
      command: v.optional(
        v.pipe(argv, v.description('A program in the container that ends with status 0.')),
      ),
      health: v.optional(
        v.pipe(
          v.literal(true, 'true'),
          v.description('The HEALTHCHECK of the image, run at once and again until it passes.'),
        ),
      ),
    },
    'a condition: "port", "http", "log", "command" or "health"',
  ),
  v.check(
    (value) => Object.keys(value).length === 1,
    'exactly one of "port", "http", "log", "command" and "health"',
  ),
  v.description('When it is ready.'),
)

const container = {
  env: v.optional(environment),
  user: v.optional(
    textOf({
      pattern: /^[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?$/,
      expects: 'a user in quotes, such as "1000", "1000:1000" or app',
      description: 'User to run as, in place of the one that the image names.',
    }),
  ),
  'read-only': v.optional(
    v.pipe(v.boolean('true or false'), v.description('Mount the root file system read-only.')),
  ),
  memory: v.optional(
    textOf({
      pattern: /^[1-9]\d{0,8}(KiB|MiB|GiB)$/,
      expects: 'an amount of memory such as 128MiB',
      description: 'Most memory that the container may use; there is no swap beyond it.',
    }),
  ),
  services: v.optional(
    v.pipe(
      v.array(v.string('the name of a service'), 'a list of names of services'),
      v.description('Services of this file that run beside it, new ones for each test.'),
    ),
  ),
} as const

const named = {
  name: textOf({
    pattern: /^[^\u0000-\u001f\u007f]{1,200}$/,
    expects: 'a name in one line',
    description: 'Name of the test, as reports show it.',
  }),
} as const

const timed = {
  ...named,
  timeout: v.optional(durationOf('How long the test may take; by default the input `timeout`.')),
} as const

const commandTest = v.pipe(
  v.strictObject({
    kind: v.literal('command'),
    ...timed,
    ...container,
    command: v.optional(
      v.pipe(argv, v.description('Program and arguments, in place of ENTRYPOINT and CMD.')),
    ),
    args: v.optional(
      v.pipe(
        v.array(v.string('an argument in quotes')),
        v.description('Arguments, in place of CMD.'),
      ),
    ),
    setup: v.optional(
      v.pipe(v.array(argv), v.description('Commands that run before it, on the same file system.')),
    ),
    teardown: v.optional(
      v.pipe(v.array(argv), v.description('Commands that run after it, on the same file system.')),
    ),
    'exit-status': v.optional(
      numberOf({ from: 0, to: 255, description: 'Status to end with; 0 by default.' }),
    ),
    stdout: v.optional(expectation),
    stderr: v.optional(expectation),
  }),
  v.check(
    ({ command, args }) => command === undefined || args === undefined,
    'either "command", which replaces ENTRYPOINT and CMD, or "args", which replaces CMD',
  ),
)

const request = v.strictObject(
  {
    path: v.optional(urlPath, '/'),
    method: v.optional(
      v.picklist(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'], 'a method'),
      'GET',
    ),
    headers: v.optional(v.record(v.string(), v.string('text in quotes'), 'headers')),
    body: v.optional(v.pipe(v.string('text'), v.description('Body to send.'))),
    status: v.optional(status, 200),
    'response-headers': v.optional(
      v.pipe(
        v.record(v.string(), expectation, 'headers with what is expected of them'),
        v.description('What the headers of the answer must be like.'),
      ),
    ),
    'response-body': v.optional(expectation),
    redirects: v.optional(
      v.pipe(
        v.picklist(['follow', 'show'], '"follow" or "show"'),
        v.description('`show`: a redirect is the answer that is looked at.'),
      ),
      'follow',
    ),
  },
  'a request',
)

const httpTest = v.strictObject({
  kind: v.literal('http'),
  ...timed,
  ...container,
  port,
  requests: v.pipe(
    v.array(request, 'a list of requests'),
    v.minLength(1, 'at least one request'),
    v.description(
      'Sent one after the other to one container; each is sent until it is answered as wanted.',
    ),
  ),
})

const startTest = v.strictObject({
  kind: v.literal('start'),
  ...named,
  ...container,
  ready: readiness,
  within: durationOf('How long it may take to be ready.'),
})

const healthTest = v.strictObject({
  kind: v.literal('health'),
  ...named,
  ...container,
  within: v.optional(durationOf('How long it may take; by default the input `timeout`.')),
})

const stopTest = v.strictObject({
  kind: v.literal('stop'),
  ...timed,
  ...container,
  ready: v.optional(readiness),
  within: durationOf('How long it may take to end after SIGTERM, or the STOPSIGNAL of the image.'),
  'exit-status': v.optional(
    v.pipe(
      v.array(numberOf({ from: 0, to: 255, description: 'An exit status.' }), 'a list of numbers'),
      v.minLength(1, 'at least one'),
      v.description('Statuses that it may end with; by default 0 and that of the signal (143).'),
    ),
  ),
})

const valueExpectation = v.union(
  [v.string(), v.number(), v.boolean(), expectation],
  'a value, or an expectation with "contains" or "matches"',
)

const fileExpectation = v.pipe(
  v.strictObject(
    {
      path: textOf({
        pattern: /^\/[^\u0000-\u001f\u007f]*$/,
        expects: 'an absolute path in the image',
        description: 'Absolute path in the image.',
      }),
      absent: v.optional(
        v.pipe(v.boolean('true or false'), v.description('It must not be there.')),
      ),
      type: v.optional(v.picklist(['file', 'folder', 'link'], 'file, folder or link')),
      mode: v.optional(
        textOf({
          pattern: /^([0-7]{3,4}|[-dl]?([r-][w-][xsS-]){2}[r-][w-][xtT-])$/,
          expects: 'a mode in quotes such as "0755" or "rwxr-xr-x"',
          description: 'Permissions, as ls and chmod write them.',
        }),
      ),
      uid: v.optional(
        numberOf({ from: 0, to: 4_294_967_295, description: 'Number of the owner.' }),
      ),
      gid: v.optional(
        numberOf({ from: 0, to: 4_294_967_295, description: 'Number of the group.' }),
      ),
      'executable-by': v.optional(
        v.picklist(['owner', 'group', 'other', 'any'], 'owner, group, other or any'),
      ),
      content: v.optional(expectation),
    },
    'a file with "path"',
  ),
)

const structureTest = v.strictObject({
  kind: v.literal('structure'),
  ...named,
  user: v.optional(v.pipe(v.string('a user in quotes'), v.description('USER.'))),
  entrypoint: v.optional(
    v.pipe(v.array(v.string('text')), v.description('ENTRYPOINT; [] for none.')),
  ),
  cmd: v.optional(v.pipe(v.array(v.string('text')), v.description('CMD; [] for none.'))),
  workdir: v.optional(v.pipe(v.string('a path'), v.description('WORKDIR.'))),
  env: v.optional(v.record(v.string(), valueExpectation, 'variables with their values')),
  'absent-env': v.optional(v.array(v.string('a name'), 'a list of names')),
  labels: v.optional(v.record(v.string(), valueExpectation, 'labels with their values')),
  ports: v.optional(
    v.array(v.union([v.number(), v.string()], 'a port such as 8080 or 53/udp'), 'a list of ports'),
  ),
  'absent-ports': v.optional(
    v.array(v.union([v.number(), v.string()], 'a port such as 8080 or 53/udp'), 'a list of ports'),
  ),
  volumes: v.optional(v.array(v.string('a path'), 'a list of paths')),
  'absent-volumes': v.optional(v.array(v.string('a path'), 'a list of paths')),
  files: v.optional(v.array(fileExpectation, 'a list of files')),
})

const service = v.pipe(
  v.strictObject(
    {
      image: v.optional(
        textOf({
          pattern: /^[A-Za-z0-9][\w.:/-]*@sha256:[0-9a-f]{64}$/,
          expects: 'an image by digest, such as docker.io/library/postgres@sha256:…',
          description: 'Image by digest; pulled where it is not there yet.',
        }),
      ),
      layout: v.optional(
        textOf({
          pattern: /^(?!-)[^\u0000-\u001f\u007f]+$/,
          expects: 'the path of an OCI image layout',
          description: 'Folder of an OCI image layout, in place of `image`.',
        }),
      ),
      env: v.optional(environment),
      'secret-env': v.optional(secretNames),
      args: v.optional(
        v.pipe(
          v.array(v.string('an argument in quotes')),
          v.description('Arguments, in place of CMD.'),
        ),
      ),
      'wait-for': readiness,
      timeout: v.optional(durationOf('How long it may take to be ready; 60s by default.')),
    },
    'a service with "image" or "layout", and "wait-for"',
  ),
  v.check(
    ({ image, layout }) => (image === undefined) !== (layout === undefined),
    'either "image" or "layout"',
  ),
  v.check(
    ({ layout, 'wait-for': ready }) => layout !== undefined || ready.health === undefined,
    '"health" only with "layout": the HEALTHCHECK is read from there',
  ),
)

/** The grammar of a tests file; schema/tests.schema.json says the same. */
export const TestsFile = v.pipe(
  v.strictObject(
    {
      schema: v.pipe(v.literal(testsSchema, testsSchema), v.description('Version of this format.')),
      services: v.optional(
        v.pipe(
          v.record(
            textOf({
              pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
              expects: 'a host name',
              description: 'Name of the service, and the host name that tests reach it by.',
            }),
            service,
            'services by name',
          ),
          v.description('What tests can ask to run beside the image, such as a database.'),
        ),
      ),
      tests: v.pipe(
        v.array(
          v.variant(
            'kind',
            [commandTest, httpTest, startTest, healthTest, stopTest, structureTest],
            'a test with a "kind": command, http, start, health, stop or structure',
          ),
          'a list of tests',
        ),
        v.minLength(1, 'at least one test'),
        v.description('The tests; they run side by side.'),
      ),
    },
    'the keys "schema" and "tests"',
  ),
  v.title('Tests of an image'),
  v.description('What test-image of oke-pipeline puts an image to.'),
)

/** A tests file as it was read. */
export type TestsData = v.InferOutput<typeof TestsFile>

/** One entry of `tests`. */
export type TestEntry = TestsData['tests'][number]

/** One entry of `services`. */
export type ServiceEntry = v.InferOutput<typeof service>

/** A condition for readiness, as it stands in the file. */
export type ReadinessEntry = v.InferOutput<typeof readiness>

/** What is expected of a text, as it stands in the file. */
export type ExpectationEntry = v.InferOutput<typeof expectation>
