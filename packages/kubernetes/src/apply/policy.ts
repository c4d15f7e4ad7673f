/** What applying may do about what stands in its way. */
export interface ApplyPolicy {
  /** Whether fields that other managers have set become ours; if not, they are refused. */
  readonly isForced: boolean
}
