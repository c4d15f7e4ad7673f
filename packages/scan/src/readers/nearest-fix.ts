/**
 * The fixed versions, those of the line that is installed first: from 1.2.0 one updates to 1.2.6
 * and not to 0.2.4, in whatever order a report has them.
 */
export function nearestFirst(
  installed: string | undefined,
  fixedIn: readonly string[],
): readonly string[] {
  if (fixedIn.length < 2 || installed === undefined) return fixedIn
  const line = lineOf(installed)
  const near = fixedIn.filter((version) => lineOf(version) === line)
  return [...near, ...fixedIn.filter((version) => lineOf(version) !== line)]
}

/** What comes before the first point: epoch and major version. */
function lineOf(version: string): string {
  return /^v?(?:\d+:)?\d+/.exec(version)?.[0].replace('v', '') ?? version
}
