import { describe, expect, it } from '@jest/globals'
import { ServiceError } from '@oke-pipeline/core'
import type { DeployResult, Rollback } from '@oke-pipeline/kubernetes'
import { failureAnnotations } from '../src/failure-annotations.ts'
import { failureOf } from '../src/failure.ts'
import { outputsOf } from '../src/outputs.ts'
import { renderSummary } from '../src/render-summary.ts'
import type { Outcome } from '../src/run.ts'

const digest = `sha256:${'a'.repeat(64)}`
const before = `sha256:${'b'.repeat(64)}`
const reference = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'hello' }

const deployed: DeployResult = {
  status: 'deployed',
  revision: 4,
  previousDigest: before,
  workloads: [
    {
      reference,
      phase: 'ready',
      message: 'is up to date',
      wantedPods: 2,
      readyPods: 2,
      digests: [digest],
      pods: [],
      uids: [],
      troubles: [],
    },
  ],
  changes: [{ reference, change: 'changed', conflicts: [], formerManagers: [] }],
  deleted: [],
  objectWarnings: [
    {
      manifest: {
        object: { apiVersion: 'x/v1beta1', kind: 'Odd', metadata: { name: 'a' } },
        place: { file: 'k8s/odd.yml', line: 3 },
      },
      message: 'v1beta1 is <deprecated>',
    },
  ],
  warnings: ['the server is old'],
  failure: undefined,
  rollback: undefined,
  seconds: { checks: 0.1, rollout: 2, rollback: 0 },
}

const rollback: Rollback = {
  isRestored: true,
  revision: 3,
  image: { repository: 'h/old', digest: before, observable: [] },
  problem: undefined,
  workloads: [],
}

const failure = {
  cause: 'Deployment/hello: Pod a: container "web" exited with 3 (CrashLoopBackOff): <b>boom</b>',
  diagnoses: [
    {
      reference,
      cause: 'x',
      containers: [
        {
          pod: 'a',
          container: 'web',
          state: 'waiting',
          message: 'back-off',
          log: '| <script>\nboom',
        },
      ],
      events: ['Pod/a BackOff: again'],
    },
  ],
  error: undefined,
}

function outcomeWith(change: Partial<DeployResult>): Outcome {
  return {
    deployed: { ...deployed, ...change },
    wanted: { repository: 'h/hello', digest, observable: [] },
    namespace: 'dev',
    release: 'hello',
    objects: 2,
    seconds: 12.34,
    url: 'https://hello.example/',
    planHash: `sha256:${'c'.repeat(64)}`,
    pullSecret: undefined,
  }
}

const rolledBack = outcomeWith({ status: 'rolled-back', failure, rollback })
const notRestored = { ...rollback, isRestored: false, problem: 'it did not become ready again' }

describe('the outputs of deploy-oke', () => {
  it('name the wanted image when it is in force', () => {
    expect(outputsOf(outcomeWith({}))).toEqual({
      status: 'deployed',
      digest,
      image: `h/hello@${digest}`,
      release: '4',
      'previous-digest': before,
      namespace: 'dev',
      url: 'https://hello.example/',
      objects: '2',
      duration: '12.3',
      changed: 'true',
      'plan-hash': `sha256:${'c'.repeat(64)}`,
    })
  })

  it('name the image before after a rollback', () => {
    expect(outputsOf(rolledBack)).toMatchObject({
      status: 'rolled-back',
      image: `h/old@${before}`,
      release: '3',
    })
  })

  it('name no image when none is known to run', () => {
    const outcome = outcomeWith({ status: 'failed', failure, rollback: notRestored })
    expect(outputsOf(outcome)).toMatchObject({ status: 'failed', digest: '', image: '' })
  })
})

describe('the failure of deploy-oke', () => {
  it('is none when the release is in force', () => {
    expect(failureOf(outcomeWith({}))).toBeUndefined()
    expect(failureOf(outcomeWith({ status: 'unchanged' }))).toBeUndefined()
  })

  it('says why, and what is in force now', () => {
    const message = failureOf(rolledBack)?.message
    expect(message).toContain('Release "hello" in the namespace "dev" was rolled back: Deployment/')
    expect(message).toContain(`Revision 3 (${before}) is in force again and ready.`)
  })

  it('says that rolling back failed, too', () => {
    const outcome = outcomeWith({ status: 'failed', failure, rollback: notRestored })
    expect(failureOf(outcome)?.message).toContain(
      'was not put back: it did not become ready again.',
    )
  })

  it('says that nothing was changed', () => {
    const outcome = outcomeWith({ status: 'failed', failure })
    expect(failureOf(outcome)?.message).toContain('Nothing had been changed.')
  })

  it('is the fault of a service when one did not answer', () => {
    const error = new ServiceError({ service: 's', title: 'No answer', explanation: 'Lost.' })
    const outcome = outcomeWith({ ...rolledBack.deployed, failure: { ...failure, error } })
    expect(failureOf(outcome)).toBeInstanceOf(ServiceError)
    expect(failureOf(outcome)?.cause).toBe(error)
  })
})

describe('the summary of deploy-oke', () => {
  it('starts with the status, and shows what each workload runs', () => {
    const summary = renderSummary(outcomeWith({}))
    expect(summary).toMatch(/^### Deployed: hello in dev\n/)
    expect(summary).toContain(`| Deployment/hello | 2 of 2 | <code>${digest}</code> | ready |`)
    expect(summary).toContain('Revision 4, before: sha256:')
    expect(summary).toContain('rollout 2.0 s')
    expect(summary).toContain('v1beta1 is &lt;deprecated&gt;')
  })

  it('shows cause, log and warnings of a failure, made harmless', () => {
    const summary = renderSummary(rolledBack)
    expect(summary).toMatch(/^### Rolled back: hello in dev\n/)
    expect(summary).toContain('&lt;b&gt;boom&lt;/b&gt;')
    expect(summary).toContain('&lt;script&gt;')
    expect(summary).toContain('Pod/a BackOff: again')
    expect(summary).not.toMatch(/<script>|<b>boom/)
  })
})

describe('the annotations of a failure', () => {
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'hello' } }
  const place = { file: 'k8s/app.yml', line: 12 }

  it('tell the cause at the manifest of the workload', () => {
    const other = { ...object, kind: 'StatefulSet' }
    const manifests = [
      { object: other, place: { ...place, line: 1 } },
      { object, place },
    ]
    expect(failureAnnotations(rolledBack, manifests)).toEqual([
      { level: 'error', title: 'deploy-oke: Deployment/hello is not ready', message: 'x', place },
    ])
  })

  it('are none where the place is not known, or nothing failed', () => {
    expect(failureAnnotations(rolledBack, [{ object, place: { file: 'k8s' } }])).toEqual([])
    expect(failureAnnotations(outcomeWith({}), [{ object, place }])).toEqual([])
  })
})
