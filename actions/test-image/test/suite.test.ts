import { describe, expect, it } from '@jest/globals'
import { ConfigurationError } from '@oke-pipeline/core'
import type { Defaults } from '../src/suite/defaults.ts'
import { expectationOf, failuresOf } from '../src/suite/expectation.ts'
import { formatMode, modeOf } from '../src/suite/file-mode.ts'
import { goExpression } from '../src/suite/go-expression.ts'
import { parseStructureTests } from '../src/suite/parse-structure-tests.ts'
import { parseTests } from '../src/suite/parse-tests.ts'
import { secondsOf } from '../src/suite/seconds.ts'
import { isStructureTestFile } from '../src/suite/structure-test-schema.ts'

const defaults: Defaults = {
  environment: { LEVEL: 'debug' },
  user: '1000',
  isReadOnly: false,
  timeoutSeconds: 60,
  secretNames: ['PASSWORD'],
}

const digest = `sha256:${'ab'.repeat(32)}`

function problemOf(parse: () => unknown): ConfigurationError {
  try {
    parse()
  } catch (error) {
    if (error instanceof ConfigurationError) return error
    throw error
  }
  throw new Error('Everything was accepted')
}

describe('parseTests', () => {
  it('reads every kind of test, with the inputs as defaults', () => {
    const tests = parseTests(
      `schema: oke-pipeline/tests/v1
services:
  database:
    image: docker.io/library/postgres@${digest}
    env: { POSTGRES_USER: app, FSYNC: off }
    secret-env: [PASSWORD]
    wait-for: { port: 5432 }
tests:
  - name: prints its version
    kind: command
    args: [--version]
    env: { LEVEL: 3 }
    user: "0"
    read-only: true
    memory: 64MiB
    timeout: 1m30s
    exit-status: 2
    stdout: { matches: '^v\\d+', not-contains: [error, panic] }
  - name: answers
    kind: http
    services: [database]
    port: 8080
    requests:
      - path: /healthz
      - { path: /x, method: POST, body: '{}', status: 201, redirects: show, response-headers: { Content-Type: { contains: json } } }
  - { name: starts, kind: start, ready: { http: { port: 1 } }, within: 0.5s }
  - { name: healthy, kind: health }
  - { name: stops, kind: stop, ready: { log: up }, within: 3s, exit-status: [0] }
  - name: is as it should be
    kind: structure
    ports: [8080, 53/udp]
    labels: { a: 1, b: { matches: x } }
    files: [{ path: /bin/app, mode: rwxr-xr-x }]
`,
      'tests.yml',
      defaults,
    )
    expect(tests).toMatchObject([
      {
        kind: 'command',
        place: { file: 'tests.yml', line: 9, column: 5 },
        args: ['--version'],
        exitStatus: 2,
        timeoutSeconds: 90,
        container: {
          environment: { LEVEL: '3' },
          user: '0',
          isReadOnly: true,
          memory: '64m',
          services: [],
        },
      },
      {
        kind: 'http',
        container: {
          environment: { LEVEL: 'debug' },
          user: '1000',
          services: [
            {
              name: 'database',
              environment: { POSTGRES_USER: 'app', FSYNC: 'off' },
              secretNames: ['PASSWORD'],
              waitFor: { kind: 'port', port: 5432 },
              place: { line: 3 },
            },
          ],
        },
        requests: [
          { method: 'GET', path: '/healthz', status: 200, isRedirectShown: false },
          { method: 'POST', body: '{}', status: 201, isRedirectShown: true },
        ],
      },
      { kind: 'start', timeoutSeconds: 0.5, ready: { kind: 'http', path: '/', status: 200 } },
      { kind: 'start', timeoutSeconds: 60, ready: { kind: 'health' } },
      { kind: 'stop', timeoutSeconds: 60, withinSeconds: 3, exitStatuses: [0] },
      {
        kind: 'structure',
        ports: ['8080/tcp', '53/udp'],
        labels: { a: { kind: 'text', text: '1' } },
        files: [{ path: '/bin/app', mode: 0o755 }],
      },
    ])
  })

  it('lists everything that is wrong, with line and column', () => {
    const { message, place } = problemOf(() =>
      parseTests(
        `schema: oke-pipeline/tests/v1
services:
  database:
    image: postgres:16
    secret-env: [OTHER]
    wait-for: { port: 5432, log: x }
tests:
  - name: one
    kind: command
    command: app --version
    stdout: { matches: '(' }
  - name: one
    kind: http
    port: 0
    requests: []
    services: [cache]
  - name: three
    kind: unit
  - { name: four, kind: command, command: [a], args: [b] }
  - { name: five, kind: stop, within: soon, colour: red }
`,
        'tests.yml',
        defaults,
      ),
    )
    for (const problem of [
      'line 4:5: "services.database.image": expected an image by digest',
      'line 5:18: "services.database.secret-env[0]": the input "secret-environment" has no "OTHER"',
      'line 6:5: "services.database.wait-for": expected exactly one of',
      'line 10:5: "tests[0].command": expected a list of arguments; no shell splits them, got "app --version"',
      'line 11:15: "tests[0].stdout.matches": expected a regular expression',
      'line 12:5: "tests[1].name": tests[0] has the same name',
      'line 14:5: "tests[1].port": expected a whole number from 1 to 65535, got 0',
      'line 15:5: "tests[1].requests": expected at least one request',
      'line 16:16: "tests[1].services[0]": there is no service "cache" in this file',
      'line 18:5: "tests[2].kind": expected a test with a "kind": command, http,',
      'line 19:5: "tests[3]": expected either "command", which replaces',
      'line 20:31: "tests[4].within": expected a duration',
      'line 20:45: "tests[4].colour" is unknown; known here: ',
    ]) {
      expect(message).toContain(problem)
    }
    expect(place).toEqual({ file: 'tests.yml', line: 4, column: 5 })
  })

  it.each([
    ['no YAML', 'a: [', /Tests file "t" is not usable/],
    ['nothing', '', /Tests file "t" is not usable/],
    ['no test', 'schema: oke-pipeline/tests/v1\ntests: []\n', /expected at least one test/],
    [
      'another version',
      'schema: oke-pipeline/tests/v9\ntests: []\n',
      /expected oke-pipeline\/tests\/v1/,
    ],
    [
      'image and layout at once',
      `schema: oke-pipeline/tests/v1
services: { d: { image: 'd@${digest}', layout: d, wait-for: { port: 1 } } }
tests: [{ name: n, kind: health }]
`,
      /expected either "image" or "layout"/,
    ],
    [
      'a health check of an image that is only pulled',
      `schema: oke-pipeline/tests/v1
services: { d: { image: 'd@${digest}', wait-for: { health: true } } }
tests: [{ name: n, kind: health }]
`,
      /"health" only with "layout"/,
    ],
  ])('refuses %s', (_, text, says) => {
    expect(problemOf(() => parseTests(text, 't', defaults)).message).toMatch(says)
  })
})

describe('parseStructureTests', () => {
  it('reads what container-structure-test reads', () => {
    const text = `schemaVersion: 2.0.0
globalEnvVars: [{ key: A, value: '1' }]
commandTests:
  - name: version
    setup: [[mkdir, /x]]
    teardown: [[rm, -r, /x]]
    command: app
    args: [--version]
    envVars: [{ key: B, value: '2' }]
    expectedOutput: ['(?i)V\\d+']
    excludedError: [panic]
    exitCode: 1
fileExistenceTests:
  - { name: app, path: /bin/app, shouldExist: true, permissions: '-rwxr-xr-x', uid: 0, isExecutableBy: any }
  - { name: no shell, path: /bin/sh, shouldExist: false }
fileContentTests:
  - { name: passwd, path: /etc/passwd, expectedContents: ['^root:'], excludedContents: [guest] }
metadataTest:
  envVars: [{ key: PATH, value: '/bin', isRegex: true }]
  labels: [{ key: a, value: b }]
  exposedPorts: ['8080']
  unmountedVolumes: [/data]
  entrypoint: [/bin/app]
  cmd: []
  workdir: /
  user: '1000'
containerRunOptions: { user: app }
`
    expect(isStructureTestFile(text)).toBe(true)
    expect(parseStructureTests(text, 'cst.yml', defaults)).toMatchObject([
      {
        kind: 'command',
        name: 'version',
        place: { file: 'cst.yml', line: 4, column: 5 },
        command: ['app', '--version'],
        setup: [['mkdir', '/x']],
        teardown: [['rm', '-r', '/x']],
        exitStatus: 1,
        stdout: { matches: [/V\d+/i] },
        stderr: { notMatches: [/panic/] },
        container: { environment: { LEVEL: 'debug', A: '1', B: '2' }, user: 'app' },
      },
      {
        kind: 'structure',
        files: [{ path: '/bin/app', type: 'file', mode: 0o755, uid: 0, executableBy: 'any' }],
      },
      { kind: 'structure', files: [{ path: '/bin/sh', isAbsent: true }] },
      {
        kind: 'structure',
        files: [{ path: '/etc/passwd', content: { matches: [/^root:/], notMatches: [/guest/] } }],
      },
      {
        name: 'Metadata',
        environment: { PATH: { kind: 'expectation' } },
        labels: { a: { kind: 'text', text: 'b' } },
        ports: ['8080/tcp'],
        absentVolumes: ['/data'],
        entrypoint: ['/bin/app'],
        cmd: [],
      },
    ])
  })

  it('refuses clearly what cannot be run here', () => {
    const { message } = problemOf(() =>
      parseStructureTests(
        `schemaVersion: 1.0.0
commandTests: [{ name: a, command: a, expectedOutput: ['\\pL'] }]
licenseTests: [{ debian: true }]
containerRunOptions: { privileged: true, bindMounts: [/a:/b], capabilities: [SYS_ADMIN] }
`,
        'cst.yml',
        defaults,
      ),
    )
    for (const problem of [
      'line 1:1: "schemaVersion": expected "2.0.0", the only version',
      'line 2:56: "commandTests[0].expectedOutput[0]": expected a regular expression that JavaScript',
      'line 3:1: "licenseTests": expected none: licences are what scan-gate looks at',
      '"containerRunOptions.privileged": expected false',
      '"containerRunOptions.bindMounts": expected none',
      '"containerRunOptions.capabilities": expected none',
    ]) {
      expect(message).toContain(problem)
    }
  })
})

describe('goExpression', () => {
  it.each([
    { source: '^a$', text: 'a\n', isMatch: false },
    { source: '(?m)^a$', text: 'b\na\n', isMatch: true },
    { source: '(?i)HELLO', text: 'hello', isMatch: true },
    { source: '[[:digit:]]+\\.[[:alpha:]]', text: '12.x', isMatch: true },
    { source: '\\Qa.b*\\E$', text: 'a.b*', isMatch: true },
    { source: '\\Qa.b*\\E$', text: 'axb*', isMatch: false },
    { source: '(?P<name>x)y', text: 'xy', isMatch: true },
    { source: '\\Aa\\z', text: 'a', isMatch: true },
    { source: '[\\w.-]+@\\w+\\-x', text: 'a.b-c@d-x', isMatch: true },
  ])('understands $source', ({ source, text, isMatch }) => {
    expect(goExpression(source).test(text)).toBe(isMatch)
  })

  it.each(['\\pL', '\\x{10FFFF}', '[[:^digit:]]', '(', 'a(?i)b'])('refuses %s', (source) => {
    // The error is one of the realm that jest runs tests in.
    expect(() => goExpression(source)).toThrow(/counterpart|Invalid|Unterminated/)
  })
})

describe('failuresOf', () => {
  const expected = expectationOf({
    contains: 'hello',
    matches: ['^v\\d$'],
    'not-contains': ['error'],
    'not-matches': 'panic\\b',
  })

  it('is nothing where all is as expected, on any line', () => {
    expect(failuresOf('stdout', 'hello\nv1\nbye', expected)).toEqual([])
  })

  it('names all that is lacking and all that is too much', () => {
    expect(failuresOf('stdout', 'error: panic', expected)).toEqual([
      'stdout has no "hello": it is "error: panic".',
      'stdout has no /^v\\d$/m: it is "error: panic".',
      'stdout has "error", which it must not have.',
      'stdout has /panic\\b/m, which it must not have.',
    ])
    expect(failuresOf('the body', '', expected)[0]).toBe('the body has no "hello": it is empty.')
  })
})

describe('modeOf', () => {
  it.each([
    ['0755', 0o755],
    ['644', 0o644],
    ['rwxr-xr-x', 0o755],
    ['-rwsr-xr-x', 0o4755],
    ['drwxrwxrwt', 0o1777],
    ['rw-r-S---', 0o2640],
  ])('reads %s', (text, mode) => {
    expect(modeOf(text)).toBe(mode)
  })

  it('is written as chmod takes it', () => {
    expect([0o755, 0o4755, 0].map(formatMode)).toEqual(['0755', '4755', '0000'])
  })
})

describe('secondsOf', () => {
  it.each([
    ['0.5s', 0.5],
    ['90s', 90],
    ['1h30m', 5400],
  ])('reads %s', (text, seconds) => {
    expect(secondsOf(text)).toBe(seconds)
  })
})
