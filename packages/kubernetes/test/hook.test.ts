import { describe, expect, it } from '@jest/globals'
import { isGoneOnWith, jobOfRevision } from '../src/hooks/hook-job.ts'
import { hookProblems } from '../src/hooks/hook-problems.ts'
import { hookOf, isHook, markedAsHook } from '../src/hooks/hook.ts'
import type { Hook } from '../src/hooks/hook.ts'
import type { KubernetesObject } from '../src/object.ts'

function job(annotations: Readonly<Record<string, string>>, kind = 'Job'): KubernetesObject {
  return { apiVersion: 'batch/v1', kind, metadata: { name: 'migrate', annotations } }
}

describe('a hook', () => {
  it('is what has the annotation', () => {
    expect(isHook(job({ 'oke-pipeline.dev/hook': 'before' }))).toBe(true)
    expect(isHook(job({}))).toBe(false)
  })

  it('has defaults for what it does not say', () => {
    expect(hookOf(job({ 'oke-pipeline.dev/hook': 'before' }))).toEqual({
      moments: ['before'],
      weight: 0,
      deletions: ['before-creation'],
      releases: 'all',
    })
  })

  it('comes back from its annotations as it was', () => {
    const hook: Hook = {
      moments: ['before', 'after'],
      weight: -5,
      deletions: ['succeeded', 'failed'],
      releases: 'first',
    }
    expect(hookOf(markedAsHook(job({ kept: 'yes' }), hook))).toEqual(hook)
    expect(markedAsHook(job({ kept: 'yes' }), hook).metadata.annotations).toHaveProperty('kept')
  })

  const wrong = [
    {
      name: 'no moment',
      annotations: { 'oke-pipeline.dev/hook': '' },
      says: 'expected before, after',
    },
    {
      name: 'Helm’s moment',
      annotations: { 'oke-pipeline.dev/hook': 'pre-install' },
      says: 'got "pre-install"',
    },
    {
      name: 'a weight that is no number',
      annotations: { 'oke-pipeline.dev/hook': 'after', 'oke-pipeline.dev/hook-weight': 'heavy' },
      says: '"oke-pipeline.dev/hook-weight": got "heavy"',
    },
    {
      name: 'Helm’s deletion',
      annotations: {
        'oke-pipeline.dev/hook': 'after',
        'oke-pipeline.dev/hook-delete-policy': 'succeeded,hook-failed',
      },
      says: 'expected before-creation, succeeded, failed',
    },
  ]
  it.each(wrong)('with $name is refused', ({ annotations, says }) => {
    const place = { file: 'k8s/a.yml', line: 1 }
    const problems = hookProblems([{ object: job(annotations), place }])
    expect(problems).toHaveLength(1)
    expect(problems[0]?.problem).toContain(says)
  })

  it('is no Deployment', () => {
    const object = job({ 'oke-pipeline.dev/hook': 'before' }, 'Deployment')
    expect(hookProblems([{ object, place: { file: 'a' } }])[0]?.problem).toContain('is a Job')
  })
})

describe('the Job of an interrupted hook', () => {
  const wanted = jobOfRevision(job({ 'oke-pipeline.dev/hook': 'before' }), 4)
  const earlier = jobOfRevision(job({ 'oke-pipeline.dev/hook': 'before' }), 3)
  const ended = (type: string): KubernetesObject => ({
    ...earlier,
    status: { conditions: [{ type, status: 'True' }] },
  })

  it('is gone on with while it runs', () => {
    expect(isGoneOnWith(earlier, wanted, [])).toBe(true)
  })

  it('is not run again when it had done its work for a release that was interrupted', () => {
    expect(isGoneOnWith(ended('Complete'), wanted, [3])).toBe(true)
    expect(isGoneOnWith(ended('Complete'), wanted, [])).toBe(false)
  })

  it('is run again when it failed, or is another one', () => {
    expect(isGoneOnWith(ended('Failed'), wanted, [3])).toBe(false)
    const other = jobOfRevision(job({ 'oke-pipeline.dev/hook': 'before', more: 'x' }), 3)
    expect(isGoneOnWith(other, wanted, [3])).toBe(false)
  })
})
