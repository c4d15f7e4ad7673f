import type { Pod } from './pod.ts'
import type { Trouble } from './trouble.ts'

/** A pod that its node has said nothing of. */
const silent = 'NodeSilent'
/** The event about pods of a node that has gone quiet. */
export const nodeNotReady = 'NodeNotReady'
/** A pod that is there long after it should have gone. */
const stuck = 'StuckTerminating'

/** A kubelet says of a new pod within a second that it has seen it; one under load takes far longer. */
const silenceGraceSeconds = 60
/** A pod that was driven away is made anew, maybe on a node that has what the first one lacked. */
const evictionGraceSeconds = 45
const secondsUntilStuck = 30

/** Whether the node of a pod is to blame for a trouble. */
export function isNodeTrouble({ reason }: Pick<Trouble, 'reason'>): boolean {
  return [silent, nodeNotReady, stuck].includes(reason) || isSentAway(reason)
}

/**
 * What the node of a pod does not do for it: take it on, keep it, or end it. Which node that is, and
 * what is wrong with it, a namespace does not tell.
 */
export function nodeTroubles(pod: Pod, serverTime: Date): readonly Trouble[] {
  if (isStuck(pod, serverTime)) return [troubleOf(pod, stuck, stuckMessage(pod), 0)]
  if (pod.metadata.deletionTimestamp !== undefined) return []
  const { phase, reason, message } = pod.status
  if (phase === 'Failed' && isSentAway(reason)) {
    return [troubleOf(pod, reason, message, evictionGraceSeconds)]
  }
  const words = `its node "${pod.spec.nodeName}" has said nothing of it`
  return isSilent(pod) ? [troubleOf(pod, silent, words, silenceGraceSeconds)] : []
}

/** Whether a pod is there long after the moment at which it should have gone. */
export function isStuck({ metadata: { deletionTimestamp } }: Pod, serverTime: Date): boolean {
  if (deletionTimestamp === undefined) return false
  return serverTime.getTime() - Date.parse(deletionTimestamp) > secondsUntilStuck * 1000
}

/** Why kubelets end pods that did nothing wrong, or do not take them. */
function isSentAway(reason: string): boolean {
  return (
    /^OutOf\w+$/.test(reason) ||
    [
      'Evicted',
      'NodeAffinity',
      'NodeLost',
      'NodeShutdown',
      'Preempting',
      'Terminated',
      'UnexpectedAdmissionError',
    ].includes(reason)
  )
}

/** Bound to a node whose kubelet has not written a word into the pod's status. */
function isSilent({ spec, status }: Pod): boolean {
  if (spec.nodeName === '' || status.containerStatuses.length > 0) return false
  return !status.conditions.some(({ type }) => wordsOfKubelet.includes(type))
}

const wordsOfKubelet = ['Initialized', 'PodReadyToStartContainers', 'Ready', 'ContainersReady']

function stuckMessage({ metadata: { finalizers }, spec: { nodeName } }: Pod): string {
  return finalizers.length > 0
    ? `what set its finalizers (${finalizers.join(', ')}) has not taken them away`
    : `its node "${nodeName}" has not confirmed its end`
}

function troubleOf(pod: Pod, reason: string, message: string, graceSeconds: number): Trouble {
  return {
    pod: pod.metadata.name,
    container: undefined,
    reason,
    message,
    exitCode: undefined,
    restarts: 0,
    graceSeconds,
  }
}
