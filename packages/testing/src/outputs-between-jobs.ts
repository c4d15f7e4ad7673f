/**
 * What of the outputs of a job other jobs get to see: the runner leaves out, with a warning only,
 * each of them in which it would mask something.
 */
export function outputsBetweenJobs(
  outputs: Readonly<Record<string, string>>,
  masked: readonly string[],
): Readonly<Record<string, string>> {
  const isLetThrough = ([, value]: readonly [string, string]): boolean =>
    !masked.some((secret) => secret !== '' && value.includes(secret))
  return Object.fromEntries(Object.entries(outputs).filter(isLetThrough))
}
