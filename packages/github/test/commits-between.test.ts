import { describe, expect, it } from '@jest/globals'
import { ConfigurationError } from '@oke-pipeline/core'
import { commitsBetween } from '../src/index.ts'
import { startJob } from './job-of-github.ts'

const [one, two, three] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [
  string,
  string,
  string,
]
const commits = { [one]: {}, [two]: {}, [three]: {} }

describe('commitsBetween', () => {
  it('gives the commits that the later one has more, by the first line of their messages', async () => {
    await using job = await startJob({ permissions: { contents: 'read' }, commits })
    const comparison = await commitsBetween(job.github, { base: one, head: three })
    expect(comparison).toEqual({
      status: 'ahead',
      ahead: 2,
      behind: 0,
      commits: [
        { sha: two, subject: 'Change bbbb', author: 'Ada' },
        { sha: three, subject: 'Change cccc', author: 'Ada' },
      ],
    })
  })

  it('says that one is older', async () => {
    await using job = await startJob({ permissions: { contents: 'read' }, commits })
    const comparison = await commitsBetween(job.github, { base: three, head: one })
    expect(comparison).toEqual({ status: 'behind', ahead: 0, behind: 2, commits: [] })
  })

  it('names the right that the token lacks', async () => {
    await using job = await startJob({ permissions: {}, commits })
    const comparing = commitsBetween(job.github, { base: one, head: two })
    await expect(comparing).rejects.toThrow(ConfigurationError)
    await expect(commitsBetween(job.github, { base: one, head: two })).rejects.toThrow(
      'contents: read',
    )
  })
})
