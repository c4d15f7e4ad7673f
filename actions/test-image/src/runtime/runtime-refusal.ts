import { ServiceError } from '@oke-pipeline/core'

/** The error for a runtime that would not do what it was asked to. */
export function refused(service: string, title: string, stderr: string): ServiceError {
  return new ServiceError({
    service,
    title,
    explanation: `It said: ${stderr.trim().slice(-2000) || 'nothing'}.`,
    remedy: `Check that ${service} works on this runner, and that its disk has room for the image.`,
  })
}
