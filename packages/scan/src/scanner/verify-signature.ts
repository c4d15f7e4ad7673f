import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ConfigurationError, ServiceError, download, retry } from '@oke-pipeline/core'
import type { Exec, ToolPorts } from '@oke-pipeline/core'
import { scannerTitles } from './scan-problems.ts'
import type { ReleaseArchive } from './scanner-releases.ts'
import type { ScannerName } from './scanner.ts'

/** Who signs a project's releases (its own documents and install script say so). */
interface Signer {
  /** What is signed: each file of a release, or the list of their checksums. */
  readonly signs: 'archive' | 'checksums'
  readonly identity: readonly string[]
}

const issuer = 'https://token.actions.githubusercontent.com'

const signers: Readonly<Record<ScannerName, Signer>> = {
  grype: {
    signs: 'checksums',
    identity: [
      '--certificate-identity',
      'https://github.com/anchore/grype/.github/workflows/release.yaml@refs/heads/main',
    ],
  },
  trivy: {
    signs: 'archive',
    identity: [
      '--certificate-identity-regexp',
      String.raw`^https://github\.com/aquasecurity/trivy/\.github/workflows/.+`,
    ],
  },
}

/**
 * Verifies the project's own signature of a download with cosign, where cosign is installed: the
 * checksum says that the bytes are those that were published, the signature says by whom. Without
 * cosign it is left at the checksum.
 * @throws {@link ServiceError} when the signature is there and does not hold.
 */
export async function verifySignature(
  archive: ReleaseArchive,
  file: string,
  ports: ToolPorts,
): Promise<void> {
  const title = scannerTitles[archive.scanner]
  const what = `${title} ${archive.version}: its SHA-256 is the one that is pinned here`
  if (!(await hasCosign(ports.exec))) {
    ports.log.info(`${what}; its signature was not verified, since there is no cosign`)
    return
  }
  const signed = await signedFile(archive, file, ports)
  await cosign(archive, signed, ports.exec)
  ports.log.info(`${what}; the signature of ${signed.name} by its project holds (cosign)`)
}

async function hasCosign(exec: Exec): Promise<boolean> {
  try {
    const { exitCode } = await exec.run({ file: 'cosign', args: ['version'], timeoutSeconds: 30 })
    return exitCode === 0
  } catch (error) {
    // The port reports a program that is not there as a mistake of configuration.
    if (error instanceof ConfigurationError) return false
    throw error
  }
}

interface SignedFile {
  readonly name: string
  readonly path: string
  readonly bundle: string
}

async function signedFile(
  archive: ReleaseArchive,
  file: string,
  ports: ToolPorts,
): Promise<SignedFile> {
  const folder = dirname(file)
  const get = async (name: string): Promise<string> => {
    const target = join(folder, name)
    const title = `The signature of ${scannerTitles[archive.scanner]}`
    await retry(() => download(new URL(name, archive.url), { target, title }, ports.http), ports)
    return target
  }
  if (signers[archive.scanner].signs === 'archive') {
    const { fileName: name } = archive
    return { name, path: file, bundle: await get(`${name}.sigstore.json`) }
  }
  const name = `${archive.scanner}_${archive.version}_checksums.txt`
  const path = await get(name)
  requireChecksum(archive, await readFile(path, 'utf8'))
  return { name, path, bundle: await get(`${name}.sigstore.json`) }
}

/** The list that is signed must have the archive with the checksum that is pinned here. */
function requireChecksum({ scanner, fileName, sha256, url }: ReleaseArchive, list: string): void {
  if (list.split('\n').some((line) => line.trim() === `${sha256}  ${fileName}`)) return
  throw new ServiceError({
    service: url.host,
    title: `The checksums of ${scannerTitles[scanner]} are not those that are pinned`,
    explanation: `The list of its release does not have ${fileName} with ${sha256}.`,
    remedy: 'Nothing of it was run. Find out who changed the release before you go on.',
  })
}

async function cosign(
  { scanner, url }: ReleaseArchive,
  { name, path, bundle }: SignedFile,
  exec: Exec,
): Promise<void> {
  const { exitCode, stderr } = await exec.run({
    file: 'cosign',
    args: [
      ...['verify-blob', '--bundle', bundle, '--new-bundle-format'],
      ...signers[scanner].identity,
      ...['--certificate-oidc-issuer', issuer, path],
    ],
    timeoutSeconds: 120,
  })
  if (exitCode === 0) return
  throw new ServiceError({
    service: url.host,
    title: `The signature of ${scannerTitles[scanner]} does not hold`,
    explanation: `cosign ended with exit status ${exitCode} for ${name}: ${stderr.trim().slice(-500)}`,
    remedy: 'Nothing of it was run. Find out who changed the release before you go on.',
  })
}
