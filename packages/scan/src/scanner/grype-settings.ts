/** What the gate wants of a scan. */
export interface ScanSettings {
  readonly databaseMaxAgeSeconds: number
}

/**
 * The configuration file that Grype is given, so that it looks for no other: a `.grype.yaml` of
 * the repository that is scanned could ignore findings, exclude paths or accept an old database.
 * JSON is YAML as well.
 */
export function grypeConfiguration({ databaseMaxAgeSeconds }: ScanSettings): string {
  return JSON.stringify({
    'check-for-app-update': false,
    'only-fixed': false,
    'only-notfixed': false,
    'by-cve': false,
    ignore: [],
    exclude: [],
    'vex-documents': [],
    search: { scope: 'squashed' },
    db: {
      'validate-age': true,
      'max-allowed-built-age': `${databaseMaxAgeSeconds}s`,
    },
  })
}

/** What a program needs to find its files and to reach the network. */
const general = [
  'PATH',
  'HOME',
  'TMPDIR',
  'XDG_CACHE_HOME',
  'LANG',
  'TZ',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
]

/** Where Grype gets and keeps its database; none of these changes what counts as a finding. */
const database = [
  'GRYPE_DB_CACHE_DIR',
  'GRYPE_DB_UPDATE_URL',
  'GRYPE_DB_CA_CERT',
  'GRYPE_DB_AUTO_UPDATE',
  'GRYPE_DB_REQUIRE_UPDATE_CHECK',
  'GRYPE_DB_VALIDATE_BY_HASH_ON_START',
  'GRYPE_DB_UPDATE_AVAILABLE_TIMEOUT',
  'GRYPE_DB_UPDATE_DOWNLOAD_TIMEOUT',
  'GRYPE_DB_MAX_UPDATE_CHECK_FREQUENCY',
]

/**
 * The environment that Grype is run in. Every setting of Grype can also be given as `GRYPE_…`, and
 * wins over its configuration file, so only those pass that say where the database comes from. No
 * token of the job passes.
 */
export function grypeEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const passed: Record<string, string> = {}
  for (const name of [...general, ...database]) {
    const value = environment[name]
    if (value !== undefined) passed[name] = value
  }
  return passed
}
