/** What Helm says of a registry, and what it means; Helm 3 and 4 have different words. */
const meanings: readonly { readonly said: RegExp; readonly means: string }[] = [
  {
    said: /^(?:failed to perform "FetchReference" on source: )?\S+: not found$/,
    means: 'is not in its registry: check the name, and "chart-version" or the digest',
  },
  {
    said: /authorization failed|credential not found|\/manifests\/\S+: .*\b(?:401|403)\b/,
    means:
      'may not be read with the login that Helm has: give one by "chart-username" and "chart-password", or log in by "helm registry login" in an earlier step',
  },
  {
    said: /\/manifests\/\S+: dial tcp/,
    means: 'cannot be fetched, since this runner does not reach its registry',
  },
]

/** Why a chart cannot be had from its registry; undefined where Helm complains of something else. */
export function registryProblem(chart: string, said: string): string | undefined {
  if (!chart.startsWith('oci://')) return undefined
  return meanings.find((one) => one.said.test(said))?.means
}
