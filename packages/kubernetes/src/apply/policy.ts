/** What applying may do about what stands in its way. */
export interface ApplyPolicy {
  /** Whether fields that other managers have set become ours; if not, they are refused. */
  readonly isForced: boolean
  /** Whether objects are deleted and made anew where a field of them cannot be changed. */
  readonly isRecreating?: boolean
  /** How many objects that the release no longer has may be deleted; any number when not given. */
  readonly maxPrune?: number | undefined
}
