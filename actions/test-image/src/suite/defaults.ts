/** What the inputs of the action say for every test, unless its file says otherwise. */
export interface Defaults {
  readonly environment: Readonly<Record<string, string>>
  readonly user: string | undefined
  readonly isReadOnly: boolean
  readonly timeoutSeconds: number
  /** The names in the input `secret-environment`. */
  readonly secretNames: readonly string[]
}
