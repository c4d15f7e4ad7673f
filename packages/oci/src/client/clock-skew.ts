import type { HttpHeaders } from '@oke-pipeline/core'

/** OCI refuses signatures that are more than five minutes off. */
export const largestSkewSeconds = 300

/** By how many seconds this machine's clock is ahead of a service's, by the Date of its answer. */
export function skewOf(headers: HttpHeaders, now: Date): number | undefined {
  const time = Date.parse(headers.get('date') ?? '')
  return Number.isNaN(time) ? undefined : Math.round((now.getTime() - time) / 1000)
}

/** A skew in words: `7 min 5 s behind`. */
export function describeSkew(seconds: number): string {
  const size = Math.abs(seconds)
  const minutes = Math.floor(size / 60)
  const time = minutes === 0 ? `${size} s` : `${minutes} min ${size % 60} s`
  return `${time} ${seconds > 0 ? 'ahead of' : 'behind'} OCI’s`
}
