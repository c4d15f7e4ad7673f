import { describe, expect, it } from '@jest/globals'
import { recordingLog } from '@oke-pipeline/testing'
import { buildahProgress } from '../src/progress/buildah-progress.ts'
import { buildKitProgress } from '../src/progress/buildkit-progress.ts'
import { lineBuffer } from '../src/progress/line-buffer.ts'
import type { Progress, ProgressReader } from '../src/progress/progress.ts'
import { stepLog } from '../src/progress/step-log.ts'
import { terminalText } from '../src/progress/terminal-text.ts'
import { parseVertexName } from '../src/progress/vertex-name.ts'

let seconds = 0
const clock = {
  now: (): Date => new Date(seconds * 1000),
  sleep: (): Promise<void> => Promise.resolve(),
}

function reading(
  reader: (ports: Parameters<typeof buildKitProgress>[0]) => ProgressReader,
  lines: readonly (string | object)[],
): { readonly progress: Progress; readonly logged: readonly string[] } {
  const logged: string[] = []
  const read = reader({ log: recordingLog(logged), clock })
  for (const line of lines) read.onLine(typeof line === 'string' ? line : JSON.stringify(line))
  return { progress: read.end(), logged }
}

function at(second: number): string {
  return new Date(second * 1000).toISOString()
}

const encoded = (text: string): string => Buffer.from(text).toString('base64')

describe('terminalText', () => {
  it.each([
    { name: 'colours', line: '\u001b[1;31mred\u001b[0m', text: 'red' },
    { name: 'a title of the window', line: '\u001b]0;evil\u0007x', text: 'x' },
    { name: 'a link', line: '\u001b]8;;http://x\u001b\\here\u001b]8;;\u001b\\', text: 'here' },
    { name: 'cursor movements', line: 'a\u001b[2K\u001b[1Gb', text: 'ab' },
    { name: 'a progress bar', line: '10 %\r50 %\r100 %', text: '100 %' },
    { name: 'the carriage return of a Windows line', line: 'text\r', text: 'text' },
    { name: 'other control characters, but tabs', line: 'a\u0000\u0008\tb\u009b', text: 'a\tb' },
    { name: 'letters of any script', line: 'größer ✓ 日本', text: 'größer ✓ 日本' },
  ])('has no $name', ({ line, text }) => expect(terminalText(line)).toBe(text))

  it('cuts what nobody reads', () => {
    const text = terminalText('x'.repeat(1e7))
    expect(text).toHaveLength(2000 + '… (9998000 characters more)'.length)
  })
})

describe('lineBuffer', () => {
  function linesOf(...pieces: readonly string[]): readonly string[] {
    const lines: string[] = []
    const buffer = lineBuffer((line) => lines.push(line))
    for (const piece of pieces) buffer.write(piece)
    buffer.end()
    return lines
  }

  it.each([
    { pieces: ['a\nb', 'c\n'], lines: ['a', 'bc'] },
    { pieces: ['a\r', '\nb'], lines: ['a\r', 'b'] },
    { pieces: ['1 %\r', '2 %\r3 %\r', 'end\n'], lines: ['3 %\rend'] },
    { pieces: ['', '\n', 'x'], lines: ['', 'x'] },
  ])('makes $lines of $pieces', ({ pieces, lines }) => expect(linesOf(...pieces)).toEqual(lines))

  it('does not keep all of a line of ten megabytes', () => {
    const pieces = Array.from({ length: 1000 }, () => 'x'.repeat(10_000))
    const [line = ''] = linesOf(...pieces, '\n')
    expect(line.length).toBe(64 * 1024)
  })
})

describe('parseVertexName', () => {
  it.each([
    { name: '[build 2/5] RUN make', stage: 'Stage build', step: '[2/5] RUN make' },
    { name: '[2/5] RUN a \\\n  b', stage: 'Stage', step: '[2/5] RUN a \\ b' },
    {
      name: '[linux/arm64 build 2/5] COPY . .',
      stage: 'Stage linux/arm64 build',
      step: '[2/5] COPY . .',
    },
    { name: '[internal] load .dockerignore', stage: 'Preparation' },
    { name: '[auth] library/node:pull token', stage: 'Preparation' },
    { name: 'importing cache manifest from r/c:1', stage: 'Preparation' },
    { name: 'exporting to oci image format', stage: 'Completion' },
  ])('$name', ({ name, stage, step = name }) => {
    expect(parseVertexName(name)).toEqual({ stage, step })
  })
})

describe('stepLog', () => {
  it('keeps stages that are built at the same time apart', () => {
    const logged: string[] = []
    const log = stepLog(recordingLog(logged), clock)
    log.show('A', 'a1')
    log.show('B', 'b1')
    log.show('A', 'a2')
    log.stageIsQuiet('A')
    log.show('B', 'b2')
    log.show('A', 'a3')
    log.end()
    expect(logged).toEqual(['A', 'a1', 'a2', 'B', 'b1', 'b2', 'A', 'a3'])
  })

  it('shows at once what comes after a stage that is done', () => {
    const logged: string[] = []
    const log = stepLog(recordingLog(logged), clock)
    log.show('A', 'a1')
    log.stageIsQuiet('A')
    log.show('B', 'b1')
    expect(logged).toEqual(['A', 'a1', 'B', 'b1'])
  })

  it('lets no stage wait for longer than ten seconds', () => {
    const logged: string[] = []
    const log = stepLog(recordingLog(logged), clock)
    seconds = 0
    log.show('A', 'a1')
    log.show('B', 'b1')
    seconds = 11
    log.show('A', 'a2')
    expect(logged).toEqual(['A', 'a1', 'a2', 'B', 'b1'])
  })

  it('does not fill the memory with what waits', () => {
    const logged: string[] = []
    const log = stepLog(recordingLog(logged), clock)
    log.show('A', 'a')
    for (let index = 0; index < 2001; index += 1) log.show('B', 'b')
    expect(logged).toContain('B')
  })
})

describe('buildKitProgress', () => {
  const step = { digest: 'sha256:1', name: '[build 2/2] RUN make' }

  it('shows a step, what it prints, and how long it took', () => {
    const { progress, logged } = reading(buildKitProgress, [
      { vertexes: [step] },
      { vertexes: [{ ...step, started: at(1) }] },
      { logs: [{ vertex: step.digest, data: encoded('::error::no\ngr') }] },
      { logs: [{ vertex: step.digest, data: encoded('ün\n') }] },
      { vertexes: [{ ...step, started: at(1), completed: at(3.5) }] },
    ])
    expect(logged).toEqual([
      ...['Stage build', '[2/2] RUN make', '  ::error::no', '  grün', '  done in 2.5 s'],
    ])
    expect(progress.steps).toEqual([
      expect.objectContaining({ name: step.name, seconds: 2.5, isCached: false }),
    ])
  })

  it('puts letters together that come in two pieces', () => {
    const [first, second] = [Buffer.from('ü').subarray(0, 1), Buffer.from('ü\n').subarray(1)]
    const pieces = [first, second].map((bytes) => ({
      logs: [{ vertex: step.digest, data: bytes.toString('base64') }],
    }))
    const { logged } = reading(buildKitProgress, [
      { vertexes: [{ ...step, started: at(1) }] },
      ...pieces,
    ])
    expect(logged).toContain('  ü')
  })

  it('tells steps from the cache', () => {
    const done = { ...step, started: at(1), completed: at(1), cached: true }
    const { progress, logged } = reading(buildKitProgress, [{ vertexes: [step, done] }])
    expect(logged).toEqual(['Stage build', '[2/2] RUN make (cached)'])
    expect(progress.steps).toMatchObject([{ isCached: true, seconds: 0 }])
  })

  it('says when a step that had been started came from a cache after all', () => {
    const { logged } = reading(buildKitProgress, [
      { vertexes: [{ ...step, started: at(1) }] },
      { vertexes: [{ ...step, started: at(1), completed: at(2), cached: true }] },
    ])
    expect(logged).toEqual(['Stage build', '[2/2] RUN make', '  cached'])
  })

  it('keeps the last lines of the step that failed, and what the client says', () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}\n`).join('')
    const { progress } = reading(buildKitProgress, [
      { vertexes: [{ ...step, started: at(1) }] },
      { logs: [{ vertex: step.digest, data: encoded(lines) }] },
      { vertexes: [{ ...step, started: at(1), completed: at(2), error: 'exit code: 1' }] },
      'time="2026-11-25T02:21:31Z" level=warning msg="failed check for fsverity support"',
      'ERROR: failed to build',
    ])
    expect(progress.failedOutput).toHaveLength(20)
    expect(progress.failedOutput.at(-1)).toBe('line 29')
    expect(progress.said).toBe('ERROR: failed to build')
    expect(progress.steps).toMatchObject([{ error: 'exit code: 1' }])
  })

  it('reads build checks', () => {
    const warning = {
      vertex: step.digest,
      level: 1,
      short: encoded('StageNameCasing: lower case'),
      detail: [encoded('Stage names should be lowercase')],
      url: 'https://docs.docker.com/go/dockerfile/rule/stage-name-casing/',
      sourceInfo: { filename: 'Dockerfile' },
      range: [{ start: { line: 3 }, end: { line: 3 } }],
    }
    const { progress } = reading(buildKitProgress, [{ warnings: [warning] }])
    expect(progress.warnings).toEqual([
      {
        message: 'StageNameCasing: lower case',
        detail: 'Stage names should be lowercase',
        url: 'https://docs.docker.com/go/dockerfile/rule/stage-name-casing/',
        line: 3,
      },
    ])
  })

  it.each(['{"vertexes": 3}', '{', 'null', '[]'])('takes %s for text', (line) => {
    expect(reading(buildKitProgress, [line]).progress.said).toBe(line)
  })
})

describe('buildahProgress', () => {
  it('reads stages, cache hits and times', () => {
    seconds = 0
    const { progress, logged } = reading(
      (ports) => {
        const reader = buildahProgress(ports)
        return {
          onLine(line) {
            seconds += 1
            reader.onLine(line)
          },
          end: () => reader.end(),
        }
      },
      [
        '[1/2] STEP 1/2: FROM busybox:1 AS one',
        '[1/2] STEP 2/2: RUN echo 1',
        '1',
        '[2/2] STEP 1/2: FROM busybox:1',
        '[2/2] STEP 2/2: COPY --from=one /a /',
        '--> Using cache 6e15',
        '[2/2] COMMIT x',
        'Successfully tagged localhost/x:latest',
      ],
    )
    expect(logged).toEqual([
      ...['Stage 1/2', '[1/2] FROM busybox:1 AS one', '[2/2] RUN echo 1', '  1'],
      ...['Stage 2/2', '[1/2] FROM busybox:1', '[2/2] COPY --from=one /a /'],
      ...['  --> Using cache 6e15', 'Completion', '  [2/2] COMMIT x'],
      '  Successfully tagged localhost/x:latest',
    ])
    expect(progress.steps.map(({ seconds: took, isCached }) => [took, isCached])).toEqual([
      [1, false],
      [2, false],
      [1, false],
      [2, true],
    ])
  })

  it('keeps what went wrong', () => {
    const { progress } = reading(buildahProgress, [
      'STEP 1/2: FROM busybox:1',
      'STEP 2/2: RUN exit 3',
      'not ok',
      'Error: building at STEP "RUN exit 3": while running runtime: exit status 3',
    ])
    expect(progress.said).toMatch(/^Error: building at STEP/)
    expect(progress.failedOutput).toContain('not ok')
    expect(progress.steps.at(-1)?.error).toMatch(/exit status 3/)
  })
})
