import { pinnedName } from '@oke-pipeline/kubernetes'
import type { ReleaseImage } from '@oke-pipeline/kubernetes'
import type { Outcome } from './run.ts'

/** The outputs of a deployment: what is in force now, not what was wished for. */
export function outputsOf(outcome: Outcome): Record<string, string> {
  const { deployed, namespace } = outcome
  const image = imageInForce(outcome)
  const revision =
    deployed.status === 'rolled-back' ? deployed.rollback?.revision : deployed.revision
  return {
    status: deployed.status,
    digest: image?.digest ?? '',
    image: image === undefined ? '' : pinnedName(image),
    release: revision === undefined ? '' : revision.toFixed(0),
    'previous-digest': deployed.previousDigest ?? '',
    namespace,
    url: outcome.url ?? '',
    objects: outcome.objects.toFixed(0),
    duration: outcome.seconds.toFixed(1),
    changed: isChanged(outcome) ? 'true' : 'false',
    'plan-hash': outcome.planHash,
  }
}

/** A release that failed without a word on going back had not changed anything. */
function isChanged({ deployed: { status, rollback }, pullSecret }: Outcome): boolean {
  if (pullSecret?.isNew === true) return true
  return status !== 'unchanged' && !(status === 'failed' && rollback === undefined)
}

/** The image that the pods were seen to run at the end. */
function imageInForce({ deployed, wanted }: Outcome): ReleaseImage | undefined {
  switch (deployed.status) {
    case 'deployed':
    case 'unchanged':
      return wanted
    case 'rolled-back':
      return deployed.rollback?.image
    case 'failed':
      return undefined
  }
}
