import { readFile } from 'node:fs/promises'
import type { Layout, LayoutImage } from '@oke-pipeline/image'
import * as v from 'valibot'

/** What an image says of how it is run that the OCI specification leaves to others. */
export interface ImageSettings {
  /** The program of HEALTHCHECK; undefined where there is none, or it is switched off. */
  readonly healthCheck: HealthCheck | undefined
  /** STOPSIGNAL, or SIGTERM. */
  readonly stopSignal: string
  readonly volumes: readonly string[]
}

/** The HEALTHCHECK of an image. */
export interface HealthCheck {
  readonly command: readonly string[]
  readonly timeoutSeconds: number
}

const nanosecondsInSecond = 1e9
const usualTimeoutSeconds = 30

const schema = v.object({
  config: v.nullish(
    v.object({
      Healthcheck: v.nullish(
        v.object({ Test: v.nullish(v.array(v.string()), []), Timeout: v.optional(v.number(), 0) }),
      ),
      StopSignal: v.nullish(v.string(), ''),
      Volumes: v.nullish(v.record(v.string(), v.unknown()), {}),
    }),
    {},
  ),
})

/** Reads them from the configuration of an image; the layout was verified. */
export async function readImageSettings(
  layout: Layout,
  { manifest }: LayoutImage,
): Promise<ImageSettings> {
  const bytes = await readFile(layout.blobPath(manifest.config.digest), 'utf8')
  const { config } = v.parse(schema, JSON.parse(bytes))
  const { Healthcheck: check, StopSignal, Volumes } = config
  const command = check === undefined || check === null ? undefined : programOf(check.Test)
  return {
    healthCheck:
      command === undefined ? undefined : { command, timeoutSeconds: timeoutOf(check?.Timeout) },
    stopSignal: StopSignal === '' ? 'SIGTERM' : StopSignal,
    volumes: Object.keys(Volumes),
  }
}

/** `["CMD", …]` is a program, `["CMD-SHELL", …]` a script; `["NONE"]` and `[]` are nothing. */
function programOf([kind, ...rest]: readonly string[]): readonly string[] | undefined {
  if (kind === 'CMD' && rest.length > 0) return rest
  if (kind === 'CMD-SHELL') return ['/bin/sh', '-c', rest.join(' ')]
  return undefined
}

function timeoutOf(nanoseconds = 0): number {
  return nanoseconds === 0 ? usualTimeoutSeconds : nanoseconds / nanosecondsInSecond
}
