/** What a program needs to find its files and to reach the network. */
const general = [
  ...['PATH', 'HOME', 'TMPDIR', 'XDG_CACHE_HOME', 'LANG', 'TZ'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR'],
]

/** Where Grype gets and keeps its database; none of these changes what counts as a finding. */
const grypeDatabase = [
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

/** The same for Trivy, with what its mirror in a private registry asks for. */
const trivyDatabase = [
  'TRIVY_CACHE_DIR',
  'TRIVY_DB_REPOSITORY',
  'TRIVY_JAVA_DB_REPOSITORY',
  'TRIVY_CHECKS_BUNDLE_REPOSITORY',
  'TRIVY_SKIP_DB_UPDATE',
  'TRIVY_SKIP_JAVA_DB_UPDATE',
  'TRIVY_SKIP_CHECK_UPDATE',
  'TRIVY_OFFLINE_SCAN',
  'TRIVY_USERNAME',
  'TRIVY_PASSWORD',
  'TRIVY_CACERT',
]

/**
 * The environment that scanners are run in. Every setting of theirs can also be given as `GRYPE_…`
 * or `TRIVY_…`, and wins over the configuration file, so only those pass that say where the
 * database comes from. No token of the job passes.
 */
export function scannerEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const passed: Record<string, string> = {}
  for (const name of [...general, ...grypeDatabase, ...trivyDatabase]) {
    const value = environment[name]
    if (value !== undefined) passed[name] = value
  }
  return passed
}
