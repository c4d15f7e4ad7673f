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
    revision: revision === undefined ? '' : revision.toFixed(0),
    'previous-digest': deployed.previousDigest ?? '',
    namespace,
    changed: deployed.status === 'unchanged' ? 'false' : 'true',
    'plan-hash': outcome.planHash,
  }
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
