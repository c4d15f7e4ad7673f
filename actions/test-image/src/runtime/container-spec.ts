/** The label of everything that a run makes; its value is the name of the run. */
export const runLabel = 'oke-pipeline.test'

/** How a container shares a network with others of its test. */
export type NetworkPlace =
  /** A network of the engine, on which the container has a name. */
  | { readonly kind: 'network'; readonly network: string; readonly alias: string }
  /** The container's own network, which others join; they call each other by these names. */
  | { readonly kind: 'shared'; readonly names: readonly string[] }
  /** The network of another container. */
  | { readonly kind: 'joined'; readonly container: string }

/** What of the image is run. */
export type Entry =
  /** As in production; `args` stand for CMD. */
  | { readonly kind: 'image'; readonly args: readonly string[] }
  /** A program in place of ENTRYPOINT and CMD. */
  | { readonly kind: 'program'; readonly command: readonly string[] }

/** A container to be made. */
export interface ContainerSpec {
  readonly name: string
  /** The run that it belongs to. */
  readonly run: string
  /** The image, by what names exactly it. */
  readonly image: string
  /** A file of `NAME=value` lines, so that no value is on the command line. */
  readonly environmentFile: string | undefined
  /** Variables that a line cannot hold: the client hands them over from its own environment. */
  readonly inherited: Readonly<Record<string, string>>
  readonly user: string | undefined
  readonly isReadOnly: boolean
  readonly memory: string | undefined
  readonly network: NetworkPlace | undefined
  /** Ports of the container that are published on 127.0.0.1. */
  readonly published: readonly number[]
  readonly entry: Entry
}
