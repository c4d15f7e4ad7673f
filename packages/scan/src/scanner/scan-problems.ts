import { GateError } from '@oke-pipeline/core'
import type { Outcome } from '@oke-pipeline/core'

const withoutReport = 'Without a report the gate stays closed'

/** What people call the scanners. */
export const scannerTitles = { grype: 'Grype', trivy: 'Trivy' } as const

/** A scanner that ended with another exit status than 0. */
export function scannerFailed(title: string, { exitCode, stderr }: Outcome): GateError {
  return new GateError({
    title: `${title} could not scan the image`,
    explanation: `It ended with exit status ${exitCode}${lastLines(stderr)}`,
    remedy: `${withoutReport}: remove what ${title} complains of.`,
  })
}

/** A scanner that was ended, by us after the time allowed or by the machine. */
export function scannerEnded(title: string, seconds: number, cause: unknown): GateError {
  return new GateError({
    title: `${title} did not finish`,
    explanation: `It was ended before it had a report; it may take ${seconds} s.`,
    remedy: `${withoutReport}: allow more time with "timeout", or a runner with more memory.`,
    cause,
  })
}

/** A scanner that ended well and wrote nothing. */
export function nothingWritten(title: string): GateError {
  return new GateError({
    title: `${title} wrote no report`,
    explanation: 'It ended with exit status 0, and its report file is not there.',
    remedy: `${withoutReport}: check that the program that is run is ${title}.`,
  })
}

const shownLines = 5

function lastLines(text: string): string {
  // Colours are of no use in a message.
  const plain = text.replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, '')
  const lines = plain.split('\n').filter((line) => line.trim() !== '')
  if (lines.length === 0) return ' and gave no reason.'
  return ` and said:\n${lines.slice(-shownLines).join('\n')}\n`
}
