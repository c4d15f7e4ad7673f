import { describe, expect, it } from '@jest/globals'
import { logLimitBytes } from '../src/client/cluster.ts'
import type { Cluster } from '../src/client/cluster.ts'
import { containerLog } from '../src/diagnosis/container-log.ts'

const status = {
  name: 'web',
  imageID: '',
  ready: false,
  restartCount: 1,
  state: { waiting: { reason: 'CrashLoopBackOff', message: '' } },
  lastState: {},
}

function logOf(answers: { readonly previous?: string; readonly now?: string }): Promise<string> {
  const logs: Cluster['logs'] = ({ isPrevious }) =>
    Promise.resolve(isPrevious ? answers.previous : answers.now)
  return containerLog(
    { logs } as Cluster,
    { namespace: 'a', pod: 'b', redact: (text) => text },
    status,
  )
}

describe('containerLog', () => {
  const gone = 'unable to retrieve container logs for containerd://21f0'
  const noFile =
    'failed to try resolving symlinks in path "/var/log/pods/a_b/web/1.log": lstat /var/log/pods/a_b/web/1.log: no such file or directory'

  it.each([
    { name: 'the run that failed', answers: { previous: 'bye\n', now: 'hello' }, is: 'bye' },
    { name: 'the other run, where that wrote nothing', answers: { now: 'bye' }, is: 'bye' },
    { name: 'the other run, where it is gone', answers: { previous: gone, now: 'bye' }, is: 'bye' },
    {
      name: 'the other run, where its file is gone',
      answers: { previous: noFile, now: 'bye' },
      is: 'bye',
    },
    { name: 'nothing, where both are gone', answers: { previous: gone, now: gone }, is: '' },
    {
      name: 'a line that only looks like it',
      answers: { previous: `${gone}\nx` },
      is: `${gone}\nx`,
    },
  ])('is that of $name', async ({ answers, is }) => {
    expect(await logOf(answers)).toBe(is)
  })
})

describe('containerLog, as to secrets,', () => {
  it('shows no line that the server has cut, which may end with half of one', async () => {
    const line = 'x'.repeat(99)
    const answer = `${Array.from({ length: 655 }, () => line).join('\n')}\n${'s'.repeat(36)}`
    expect(Buffer.byteLength(answer)).toBe(logLimitBytes)
    expect(await logOf({ previous: answer })).not.toContain('s')
  })
})
