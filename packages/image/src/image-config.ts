import * as v from 'valibot'
import type { Platform } from './descriptor.ts'
import { parseDocument } from './json-document.ts'

/** How an image is to be run (OCI image specification v1.1, "Image Configuration"). */
export interface ImageConfig {
  readonly platform: Platform
  readonly entrypoint: readonly string[]
  readonly command: readonly string[]
  /** `NAME=value`. */
  readonly environment: readonly string[]
  /** Name or number, with the group after ":"; empty for root. */
  readonly user: string
  readonly workingDirectory: string
  /** `8080/tcp`. */
  readonly exposedPorts: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  /** The digests of the unpacked layers, lowest first. */
  readonly diffIds: readonly string[]
  /** How it came to be, first step first; empty where its builder does not say. */
  readonly history: readonly HistoryStep[]
}

/** One step of building an image. */
export interface HistoryStep {
  /** What a builder made of the line of the Dockerfile: `RUN /bin/sh -c npm ci # buildkit`. */
  readonly createdBy: string
  readonly hasLayer: boolean
}

const strings = v.nullish(v.array(v.string()), [])

const schema = v.object({
  os: v.string(),
  architecture: v.string(),
  variant: v.optional(v.string()),
  config: v.nullish(
    v.object({
      Entrypoint: strings,
      Cmd: strings,
      Env: strings,
      User: v.nullish(v.string(), ''),
      WorkingDir: v.nullish(v.string(), ''),
      ExposedPorts: v.nullish(v.record(v.string(), v.unknown()), {}),
      Labels: v.nullish(v.record(v.string(), v.string()), {}),
    }),
    {},
  ),
  rootfs: v.optional(v.object({ diff_ids: strings }), { diff_ids: [] }),
  history: v.nullish(
    v.array(
      v.object({
        created_by: v.nullish(v.string(), ''),
        empty_layer: v.nullish(v.boolean(), false),
      }),
    ),
    [],
  ),
})

/**
 * Reads an image configuration.
 * @throws MalformedDocument
 */
export function parseImageConfig(bytes: Uint8Array): ImageConfig {
  const { config, os, architecture, variant, rootfs, history } = parseDocument(schema, bytes)
  return {
    platform: { os, architecture, variant },
    entrypoint: config.Entrypoint,
    command: config.Cmd,
    environment: config.Env,
    user: config.User,
    workingDirectory: config.WorkingDir,
    exposedPorts: Object.keys(config.ExposedPorts),
    labels: config.Labels,
    diffIds: rootfs.diff_ids,
    history: history.map(({ created_by: createdBy, empty_layer: isEmpty }) => ({
      createdBy,
      hasLayer: !isEmpty,
    })),
  }
}
