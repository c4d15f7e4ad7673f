import { ConfigurationError, ServiceError } from '@oke-pipeline/core'
import type { ReportedError } from '@oke-pipeline/core'
import type { PlaceScanning } from './scan-place.ts'

/** A place that has the image. */
interface Place {
  /** Name and digest. */
  readonly image: string
  readonly scanning: PlaceScanning | undefined
}

/** The error for a push that is done, where OCI does not scan what was pushed. */
export function notScanned(places: readonly Place[]): ReportedError | undefined {
  const failures = places.flatMap(({ image, scanning }) =>
    scanning?.outcome === 'failed' ? [{ image, error: scanning.error }] : [],
  )
  const [first] = failures
  if (first === undefined) return undefined
  const says = failures.map(
    ({ image, error }) => `\n  - ${image}: ${error.title}: ${error.explanation.trim()}`,
  )
  const remedies = new Set(failures.map(({ error }) => error.remedy?.trim() ?? ''))
  const report = {
    title: 'The image is pushed, but OCI does not scan it',
    explanation: `It is in the registry with its tags, and the outputs of this step are set.${says.join('')}`,
    remedy: `\n${[...remedies].join(' ')} Then run this job again: what is pushed is not sent again.`,
    cause: first.error,
  }
  const isMistake = failures.every(({ error }) => error instanceof ConfigurationError)
  return isMistake
    ? new ConfigurationError(report)
    : new ServiceError({ service: 'OCI Vulnerability Scanning', ...report })
}
