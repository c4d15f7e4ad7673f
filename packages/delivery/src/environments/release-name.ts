const longest = 53

/** The name of a release that nobody has named: the last part of the image's repository. */
export function defaultReleaseName(repository: string): string {
  const last = repository.slice(repository.lastIndexOf('/') + 1)
  return last.replaceAll(/[^a-z0-9]+/g, '-').slice(0, longest)
}
