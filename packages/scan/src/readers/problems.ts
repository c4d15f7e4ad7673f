import { GateError } from '@oke-pipeline/core'

/** A report that cannot be understood. */
export function unusable(name: string, explanation: string, cause?: unknown): GateError {
  return new GateError({
    title: `${capitalised(name)} cannot be used`,
    explanation,
    remedy: 'Without a report the gate stays closed: look into the log of the scan.',
    cause,
  })
}

/** A report of another image than the one that is judged. */
export function aboutAnother(name: string, found: string, wanted: string): GateError {
  return new GateError({
    title: `${capitalised(name)} is about another image`,
    explanation: `It is about "${found}", and the image to judge is "${wanted}".`,
    remedy: 'Scan the layout that the image was built into, and nothing else.',
  })
}

/** A vulnerability database that is missing, invalid or too old. */
export function badDatabase(name: string, explanation: string): GateError {
  return new GateError({
    title: `The vulnerability database of ${name} cannot be used`,
    explanation,
    remedy:
      'Let the scanner update it: this runner must reach its download address, or a mirror of it. Trivy’s and Grype’s databases can be kept in your own OCIR repository; docs/guides/scanning.md says how.',
  })
}

/** A report that was made too long ago. */
export function staleReport(scanner: string, explanation: string): GateError {
  return new GateError({
    title: `The report of ${scanner} is too old`,
    explanation,
    remedy: 'Scan the image again in the same run, and hand over that report.',
  })
}

/** An image in which a scanner saw nothing, though there is an operating system in it. */
export function nothingSeen(scanner: string, system: string): GateError {
  return new GateError({
    title: `${scanner} saw no packages in the image`,
    explanation: `The image has an operating system (${system}), and a list of no packages says nothing about its vulnerabilities.`,
    remedy:
      'Keep the package database in the image (/var/lib/dpkg, /lib/apk/db, /var/lib/rpm), or hand over an SBOM of it.',
  })
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
