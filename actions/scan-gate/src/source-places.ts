import type { Files } from '@oke-pipeline/core'
import type { Finding, SourcePlace } from '@oke-pipeline/scan'
import { readLockFiles } from './lock-files.ts'
import type { PlatformImage } from './scan-images.ts'

/** What finding the place of a finding needs to know. */
export interface PlaceSearch {
  /** The path of the Dockerfile, whether there is one or not. */
  readonly dockerfile: string
  readonly platforms: readonly PlatformImage[]
  readonly findings: readonly Finding[]
}

/**
 * Where in the repository findings come from: the line of the Dockerfile that brought the layer,
 * else the line of a lock file, else the top of the Dockerfile.
 */
export async function sourcePlaces(
  { dockerfile, platforms, findings }: PlaceSearch,
  files: Files,
): Promise<(finding: Finding) => SourcePlace> {
  const lines = new Map(platforms.flatMap(({ lines: { lineOf } }) => [...lineOf]))
  const types = new Set(findings.flatMap(({ package: subject }) => subject?.type ?? []))
  const lockLine = await readLockFiles(dockerfile, types, files)
  return ({ layer, package: subject }) => {
    const line = layer === undefined ? undefined : lines.get(layer.diffId)
    if (line !== undefined) return { file: dockerfile, line }
    const locked = subject === undefined ? undefined : lockLine(subject.type, subject.name)
    return locked ?? { file: dockerfile, line: 1 }
  }
}

/** The text of the Dockerfile; undefined where the repository has none there. */
export async function dockerfileText(path: string, files: Files): Promise<string | undefined> {
  return (await files.kindOf(path)) === 'file' ? files.readText(path) : undefined
}
