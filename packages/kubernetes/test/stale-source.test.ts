import { describe, expect, it } from '@jest/globals'
import type { ReleaseRecord } from '../src/release/record.ts'
import type { ReleaseSource } from '../src/release/release-source.ts'
import { isOlder, refuseOlder } from '../src/release/stale-source.ts'

const workflow = 'acme/hello/.github/workflows/deploy.yml@refs/heads/main'

const older: ReleaseSource = {
  repository: 'acme/hello',
  sha: 'a'.repeat(40),
  committedAt: '2026-01-01T10:00:00Z',
  workflow,
  runId: '900',
  runNumber: '9',
  runAttempt: '1',
}
const newer: ReleaseSource = {
  ...older,
  sha: 'b'.repeat(40),
  committedAt: '2026-01-01T11:00:00Z',
  runId: '1000',
  runNumber: '10',
}

function untimed(source: ReleaseSource): ReleaseSource {
  return { ...source, committedAt: undefined }
}

const cases: readonly {
  readonly name: string
  readonly source: ReleaseSource
  readonly other?: ReleaseSource
  readonly is: boolean
}[] = [
  { name: 'an older commit', source: older, is: true },
  { name: 'an older commit that a new run deploys', source: { ...older, runId: '2000' }, is: true },
  { name: 'a repeated run of an older commit', source: { ...older, runAttempt: '7' }, is: true },
  { name: 'a newer commit', source: newer, other: older, is: false },
  {
    name: 'a newer commit of an older run',
    source: { ...newer, runId: '1' },
    other: older,
    is: false,
  },
  { name: 'an older run, where times are not known', source: untimed(older), is: true },
  {
    name: 'a newer run, where times are not known',
    source: untimed(newer),
    other: older,
    is: false,
  },
  {
    name: 'an older run by its number, whatever its id',
    source: { ...untimed(older), runId: '5000' },
    is: true,
  },
  {
    name: 'an older run of another workflow, by its id',
    source: {
      ...untimed(older),
      workflow: 'acme/hello/.github/workflows/x.yml@x',
      runNumber: '99',
    },
    is: true,
  },
  {
    name: 'an older run at another branch, by its number',
    source: { ...untimed(older), workflow: workflow.replace('main', 'topic'), runId: '5000' },
    is: true,
  },
  { name: 'an earlier run of the same commit', source: { ...newer, runNumber: '1' }, is: false },
  { name: 'the same source', source: newer, is: false },
  {
    name: 'a commit of the same second, by the run',
    source: { ...older, committedAt: newer.committedAt },
    is: true,
  },
  {
    name: 'an older commit of another repository',
    source: { ...older, repository: 'a/b' },
    is: false,
  },
  { name: 'a source of which nothing is known', source: {}, is: false },
  { name: 'anything, compared with an unknown source', source: older, other: {}, is: false },
]

describe('a source', () => {
  it.each(cases)('$name: older is $is', ({ source, other = newer, is }) => {
    expect(isOlder(source, other)).toBe(is)
  })
})

describe('the guard against older commits', () => {
  const address = { release: 'hello', namespace: 'dev' }
  const current = { revision: 3, source: newer } as ReleaseRecord

  it('names both commits and both runs', () => {
    expect(() => refuseOlder({ ...older, runAttempt: '2' }, current, address)).toThrow(
      'Release "hello" in the namespace "dev" is newer than this run: Revision 3 is of commit bbbbbbbbbbbb of 2026-01-01T11:00:00Z (run 10, attempt 1); this run would replace it by commit aaaaaaaaaaaa of 2026-01-01T10:00:00Z (run 9, attempt 2), which is older.',
    )
  })

  it('lets newer ones and first ones through', () => {
    expect(() => refuseOlder(newer, { ...current, source: older }, address)).not.toThrow()
    expect(() => refuseOlder(older, undefined, address)).not.toThrow()
  })

  it('counts the newest run that wanted what is in force', () => {
    const confirmed = { ...current, source: older, confirmedBy: newer }
    const between = { ...older, sha: 'c'.repeat(40), committedAt: '2026-01-01T10:30:00Z' }
    expect(() => refuseOlder(between, confirmed, address)).toThrow('which is older')
  })
})
