import { describe, expect, it } from '@jest/globals'
import { parseLogLine, workflowRunOf } from './workflow-run.ts'
import type { LogLine } from './workflow-run.ts'

// Lines as act 0.2.89 writes them with --json, shortened to the fields that are read.
const step = { job: 'build/Build', step: 'Build the image', stepID: ['build'], stage: 'Main' }
const lines: readonly LogLine[] = [
  { ...step, msg: '⭐ Run Main Build the image' },
  { ...step, msg: 'Built it\n', raw_output: true },
  { ...step, command: 'set-output', name: 'digest', arg: 'sha256:a' },
  { ...step, command: 'error', kvPairs: { title: 'build-image: no' }, arg: 'Because.' },
  { ...step, command: 'summary', content: '### Image built\n' },
  { ...step, stepResult: 'failure', executionTime: 1_500_000_000 },
  { ...step, stage: 'Post', stepResult: 'success', executionTime: 1 },
  { job: 'build/Build', jobResult: 'failure' },
]

describe('workflowRunOf', () => {
  const run = workflowRunOf(lines)

  it('puts together what a step did', () => {
    expect(run.steps[0]).toEqual({
      id: 'build',
      name: 'Build the image',
      job: 'build/Build',
      stage: 'Main',
      result: 'failure',
      seconds: 1.5,
      outputs: { digest: 'sha256:a' },
      remarks: [{ level: 'error', title: 'build-image: no', message: 'Because.' }],
      summary: '### Image built\n',
      log: ['Built it'],
    })
  })

  it('keeps main and post steps apart, and knows how jobs ended', () => {
    expect(run.steps).toHaveLength(2)
    expect(run.jobs).toEqual({ 'build/Build': 'failure' })
  })

  it('tells a step that never ended', () => {
    expect(workflowRunOf(lines.slice(0, 2)).steps[0]?.result).toBe('unfinished')
  })
})

describe('parseLogLine', () => {
  it('leaves out what the runner itself says', () => {
    expect(parseLogLine('level=warning msg="no docker"')).toBeUndefined()
  })
})
