/** The programs that can run an image here. */
export const runtimeNames = ['docker', 'podman', 'nerdctl'] as const

/** One of {@link runtimeNames}. */
export type RuntimeName = (typeof runtimeNames)[number]

/** What runs the containers of a test. */
export interface Runtime {
  readonly name: RuntimeName
  /** Of the engine; with nerdctl, of containerd. */
  readonly version: string
  /** Why it is this one. */
  readonly because: string
}
