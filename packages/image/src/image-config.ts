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
  /** How each layer, and each setting, came to be; oldest first. */
  readonly history: readonly HistoryEntry[]
}

/** One entry of an image's history. */
export interface HistoryEntry {
  /** What made it, as the builder writes it: `RUN /bin/sh -c make # buildkit`. */
  readonly createdBy: string
  readonly created: string | undefined
  readonly comment: string
  /** Whether it changed only the configuration. */
  readonly isEmptyLayer: boolean
}

const strings = v.nullish(v.array(v.string()), [])

const historySchema = v.object({
  created: v.nullish(v.string()),
  created_by: v.nullish(v.string(), ''),
  comment: v.nullish(v.string(), ''),
  empty_layer: v.nullish(v.boolean(), false),
})

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
  history: v.nullish(v.array(historySchema), []),
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
    history: history.map((entry) => ({
      createdBy: entry.created_by,
      created: entry.created ?? undefined,
      comment: entry.comment,
      isEmptyLayer: entry.empty_layer,
    })),
  }
}
