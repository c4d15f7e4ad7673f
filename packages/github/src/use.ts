/** What a call needs, for the message of a refusal. */
export interface Use {
  /** Completes "cannot …": `comment on the pull request`. */
  readonly purpose: string
  /** The line of the job's `permissions:` that it needs: `pull-requests: write`. */
  readonly permission: string
}
