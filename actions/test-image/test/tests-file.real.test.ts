import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { currentLab } from '../../../test/setup/lab.ts'
import { newName } from '../src/clean-up.ts'
import { busyboxLayout } from './busybox-layout.ts'
import { leftovers, volumes } from './leftovers.ts'
import { newJob, runTest } from './test-harness.ts'
import type { Job, StepOutcome } from './test-harness.ts'

const { environment, baseImages } = currentLab()
const busybox = `docker.io/library/busybox@${baseImages?.digests['busybox:1'] ?? ''}`

const httpd = ['/bin/busybox', 'httpd', '-f', '-h', '/www']
const asked = ['/bin/busybox', 'wget', '-q', '-O', '/dev/null', 'http://127.0.0.1:8080/']
const config = {
  Env: ['PATH=/bin'],
  User: '1000',
  Entrypoint: httpd,
  Cmd: ['-p', '8080'],
  Healthcheck: { Test: ['CMD', ...asked] },
  ExposedPorts: { '8080/tcp': {} },
  Labels: { 'org.opencontainers.image.version': '1.2.3' },
  Volumes: { '/data': {} },
  WorkingDir: '/www',
}

const passing = `schema: oke-pipeline/tests/v1
services:
  database:
    layout: service
    args: ['-p', '9000']
    env: { PURPOSE: test }
    secret-env: [PASSWORD]
    wait-for: { http: { port: 9000 } }
  cache:
    image: ${busybox}
    args: [httpd, -f, -p, '9001', -h, /etc]
    wait-for: { port: 9001 }
tests:
  - name: program
    kind: command
    command: [/bin/sh, -c, 'echo out-$A; echo err >&2; exit 4']
    env: { A: 'b c' }
    exit-status: 4
    stdout: { contains: out-b c, matches: '^out-.*$', not-contains: err }
    stderr: { matches: [^err$] }
  - name: with its own ENTRYPOINT
    kind: command
    args: [--help]
    exit-status: 1
    stderr: { contains: 'Usage: httpd' }
  - name: on a prepared file system
    kind: command
    user: '0'
    setup:
      - [/bin/busybox, mkdir, /prepared]
      - [/bin/sh, -c, 'echo prepared > /prepared/file']
    command: [/bin/busybox, cat, /prepared/file]
    teardown:
      - [/bin/busybox, rm, /prepared/file]
    stdout: { contains: prepared }
  - name: with a secret
    kind: command
    command: [/bin/sh, -c, 'test "$PASSWORD" = hunter22']
  - name: with services
    kind: command
    services: [database, cache]
    command: [/bin/sh, -c, 'busybox wget -q -O - http://database:9000/ && busybox wget -q -O - http://cache:9001/passwd']
    stdout: { contains: [hello, root] }
  - name: pages
    kind: http
    services: [cache]
    port: 8080
    requests:
      - path: /
        response-body: { contains: hello, not-contains: more }
        response-headers: { Content-Type: { contains: text/html } }
      - { path: /more, redirects: show, status: 302 }
      - { path: /more, response-body: { matches: ^more$ } }
      - { path: /none, status: 404 }
  - { name: port, kind: start, ready: { port: 8080 }, within: 30s }
  - { name: request, kind: start, ready: { http: { port: 8080, path: /none, status: 404 } }, within: 30s }
  - { name: command inside, kind: start, ready: { command: ${JSON.stringify(asked)} }, within: 30s }
  - { name: health, kind: health, within: 30s }
  - name: structure
    kind: structure
    user: '1000'
    entrypoint: ${JSON.stringify(httpd)}
    cmd: ['-p', '8080']
    workdir: /www
    env: { PATH: /bin }
    absent-env: [PASSWORD]
    labels: { org.opencontainers.image.version: { matches: '^1\\.' } }
    ports: [8080]
    absent-ports: [22]
    volumes: [/data]
    files:
      - { path: /bin/busybox, mode: '0755', uid: 0, executable-by: other }
      - { path: /www/index.html, content: { matches: ^hello$ } }
      - { path: /etc/shadow, absent: true }
`

const failing = `schema: oke-pipeline/tests/v1
services:
  silent:
    image: ${busybox}
    args: [sleep, '60']
    wait-for: { port: 9000 }
    timeout: 1s
  ended:
    image: ${busybox}
    args: [sh, -c, 'echo gone; exit 5']
    wait-for: { log: ready }
tests:
  - name: output
    kind: command
    command: [/bin/sh, -c, 'echo one; echo "token $PASSWORD"']
    stdout: { contains: two, not-matches: ^one$ }
  - name: setup
    kind: command
    setup: [[/bin/busybox, 'false']]
    command: [/bin/busybox, 'true']
  - name: memory
    kind: command
    memory: 16MiB
    command: [/bin/busybox, tail, /dev/zero]
  - name: body
    kind: http
    port: 8080
    timeout: 2s
    requests: [{ response-body: { contains: goodbye } }]
  - { name: too slow, kind: start, ready: { log: never }, within: 1s }
  - { name: no end, kind: stop, ready: { port: 8080 }, within: 1s }
  - { name: silent service, kind: command, services: [silent], command: [/bin/busybox, 'true'] }
  - { name: ended service, kind: command, services: [ended], command: [/bin/busybox, 'true'] }
`

describe.each(['podman', 'docker'] as const)('tests from a file with %s', (runtime) => {
  const place = { runtime, environment }

  async function runFile(
    job: Job,
    text: string,
    inputs: Readonly<Record<string, string>> = {},
  ): Promise<StepOutcome> {
    const { path } = await busyboxLayout(job, { config, ...layouts(job) })
    await mkdir(join(job.folder, 'workspace'), { recursive: true })
    await writeFile(join(job.folder, 'workspace/tests.yml'), text)
    const before = await volumes(place)
    const outcome = await runTest(
      job,
      {
        runtime,
        layout: path,
        tests: 'tests.yml',
        'secret-environment': 'PASSWORD=hunter22',
        ...inputs,
      },
      environment,
    )
    expect(await leftovers(place, newName(job))).toEqual([])
    expect((await volumes(place)).filter((volume) => !before.includes(volume))).toEqual([])
    return outcome
  }

  it('passes all that a good image passes', async () => {
    await using job = await newJob()
    await busyboxLayout(job, { folder: join(job.folder, 'workspace/service') })
    const { runner, error } = await runFile(job, passing)
    expect(error).toBeUndefined()
    expect(runner.outputs).toMatchObject({ result: 'passed', tests: '11', failed: '0' })
    expect(await readFile(runner.outputs.junit ?? '', 'utf8')).toContain('tests="11" failures="0"')
    expect(runner.masked).toContain('hunter22')
  })

  it('says of each failed test why, where it is, and no secret', async () => {
    await using job = await newJob()
    const before = await readdir('.')
    const { runner, error } = await runFile(job, failing, { parallel: '3' })
    expect(runner.outputs).toMatchObject({ result: 'failed', tests: '8', failed: '8' })
    // Memory that ran short leaves no file of the runtime's in the folder of the step.
    expect(await readdir('.')).toEqual(before)
    const messages = runner.annotations.map(
      ({ title, message, place: where }) => `${where?.line ?? 0} ${title}: ${message}`,
    )
    expect(messages).toEqual([
      expect.stringMatching(
        /^13 Test failed: output: stdout has no "two": it is "one\\ntoken \*\*\*\\n"\.\nstdout has \/\^one\$\/m/,
      ),
      '17 Test failed: setup: "/bin/busybox false": It ended with exit status 1.',
      expect.stringMatching(/^21 Test failed: memory: It was killed/),
      expect.stringMatching(
        /^25 Test failed: body: It did not answer GET \/ with 200 as expected within 2 s; last, the body has no "goodbye"/,
      ),
      '30 Test failed: too slow: It did not become ready within 1 s; last, no line matched /never/m.',
      '31 Test failed: no end: It did not end within 1 s of SIGTERM: Kubernetes would kill it, and what it was doing.',
      '32 Test failed: silent service: Service "silent" did not become ready within 1 s; last, nothing took a connection on port 9000.',
      '33 Test failed: ended service: Service "ended" did not stay up to become ready. It ended with exit status 5.',
    ])
    const files = await Promise.all(
      [runner.outputs.junit, runner.outputs.report].map((path) => readFile(path ?? '', 'utf8')),
    )
    expect(
      [error?.message, ...files, ...runner.summary, ...runner.logged].join('\n'),
    ).not.toContain('hunter22')
    expect(error?.message).toContain('gone')
  })

  it('stops an image in good order', async () => {
    await using job = await newJob()
    const script = 'trap "echo bye; exit 0" TERM; echo up; while :; do busybox sleep 0.1; done'
    const { path } = await busyboxLayout(job, {
      config: { ...config, Entrypoint: ['/bin/sh', '-c', script] },
    })
    const text = `schema: oke-pipeline/tests/v1
tests:
  - { name: ends, kind: stop, ready: { log: ^up$ }, within: 10s }
  - { name: ends with 3, kind: stop, ready: { log: ^up$ }, within: 10s, exit-status: [3] }
`
    await writeFile(join(job.folder, 'workspace/tests.yml'), text)
    const { error, runner } = await runTest(
      job,
      { runtime, layout: path, tests: 'tests.yml' },
      environment,
    )
    expect(error?.message).toContain(
      'ends with 3: After SIGTERM: It ended with exit status 0. Expected was 3. Last lines:\nup\nbye',
    )
    expect(runner.outputs).toMatchObject({ tests: '2', failed: '1' })
  })

  it('puts no value of a variable on a command line, and none of a client’s into the image', async () => {
    await using job = await newJob()
    const { path } = await busyboxLayout(job)
    const text = `schema: oke-pipeline/tests/v1
tests:
  - name: variables
    kind: command
    env: { OPEN: 'open value', LINES: "first line\\nsecond line" }
    command: [/bin/sh, -c, 'echo "$OPEN"; echo "$LINES"; echo "$PASSWORD" | busybox wc -c; echo "[$DOCKER_HOST]"']
    stdout: { contains: ["open value\\nfirst line\\nsecond line\\n9\\n[]"] }
`
    await writeFile(join(job.folder, 'workspace/tests.yml'), text)
    const inputs = { layout: path, tests: 'tests.yml', 'secret-environment': 'PASSWORD=hunter22' }
    const recorded = join(job.folder, 'argv')
    const { error } = await runTest(job, { runtime, ...inputs }, await recording(job, recorded))
    expect(error).toBeUndefined()
    const argv = await readFile(recorded, 'utf8')
    expect(argv).toContain('--env-file')
    expect(argv).not.toMatch(/hunter22|open value|second line$/m)
  })

  /** An environment in which the runtime is a script that keeps its arguments and becomes it. */
  async function recording(job: Job, file: string): Promise<Readonly<Record<string, string>>> {
    const bin = join(job.folder, 'bin')
    await mkdir(bin)
    const rest = environment.PATH ?? ''
    const script = `#!/bin/sh\nprintf '%s\\n' "$@" >> "${file}"\nPATH="${rest}" exec ${runtime} "$@"\n`
    await writeFile(join(bin, runtime), script, { mode: 0o755 })
    return { ...environment, PATH: `${bin}:${rest}` }
  }

  it('runs the tests of container-structure-test', async () => {
    await using job = await newJob()
    const { runner, error } = await runFile(
      job,
      `schemaVersion: 2.0.0
commandTests:
  - { name: prints, command: /bin/busybox, args: [echo, 'a b'], expectedOutput: ['^a\\sb\\n$'] }
  - { name: fails, command: /bin/busybox, args: ['false'], exitCode: 1 }
fileExistenceTests:
  - { name: busybox, path: /bin/busybox, permissions: '-rwxr-xr-x' }
metadataTest: { user: '1000', exposedPorts: ['8080'], unexposedPorts: ['80'] }
`,
    )
    expect(error).toBeUndefined()
    expect(runner.outputs).toMatchObject({ result: 'passed', tests: '4' })
  })
})

/** Where the image of a job is; that of a service is elsewhere. */
function layouts(job: Job): { readonly folder: string } {
  return { folder: join(job.folder, 'temp', 'Layout') }
}
