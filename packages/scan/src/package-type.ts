/** What scanners call package types, where it is not the type of the package's URL. */
const names: Readonly<Record<string, string>> = {
  // Grype and Syft
  'go-module': 'golang',
  'java-archive': 'maven',
  'jenkins-plugin': 'maven',
  python: 'pypi',
  'rust-crate': 'cargo',
  dotnet: 'nuget',
  'php-composer': 'composer',
  'php-pecl': 'pecl',
  pod: 'cocoapods',
  'dart-pub': 'pub',
  portage: 'ebuild',
  'linux-kernel': 'generic',
  'linux-kernel-module': 'generic',
  binary: 'generic',
  // Trivy
  debian: 'deb',
  ubuntu: 'deb',
  alpine: 'apk',
  wolfi: 'apk',
  chainguard: 'apk',
  minimos: 'apk',
  redhat: 'rpm',
  centos: 'rpm',
  rocky: 'rpm',
  alma: 'rpm',
  oracle: 'rpm',
  fedora: 'rpm',
  amazon: 'rpm',
  photon: 'rpm',
  azurelinux: 'rpm',
  'cbl-mariner': 'rpm',
  bottlerocket: 'rpm',
  'opensuse.leap': 'rpm',
  'opensuse.tumbleweed': 'rpm',
  'suse linux enterprise server': 'rpm',
  'node-pkg': 'npm',
  yarn: 'npm',
  pnpm: 'npm',
  bun: 'npm',
  'python-pkg': 'pypi',
  pip: 'pypi',
  pipenv: 'pypi',
  poetry: 'pypi',
  uv: 'pypi',
  gobinary: 'golang',
  gomod: 'golang',
  jar: 'maven',
  pom: 'maven',
  gradle: 'maven',
  gemspec: 'gem',
  bundler: 'gem',
  rustbinary: 'cargo',
  'dotnet-core': 'nuget',
  'packages-props': 'nuget',
  'composer-vendor': 'composer',
  'conda-pkg': 'conda',
  // OSV, Snyk
  go: 'golang',
  'crates.io': 'cargo',
  rubygems: 'gem',
  packagist: 'composer',
  gomodules: 'golang',
  golangdep: 'golang',
  linux: 'generic',
}

/** The type of a package URL for what a scanner calls a package's type. */
export function packageTypeOf(word: string): string {
  const lower = word.toLowerCase()
  return Object.hasOwn(names, lower) ? (names[lower] ?? lower) : lower
}

/** The type in a package URL, `npm` of `pkg:npm/minimist@1.2.5`. */
export function typeOfPurl(purl: string | undefined): string | undefined {
  return /^pkg:\/*([a-zA-Z][a-zA-Z0-9.+-]*)\//.exec(purl ?? '')?.[1]?.toLowerCase()
}
