/** The services of a Sigstore instance: what certifies a key, and what vouches for the time. */
export interface SigstoreInstance {
  /** Fulcio, which certifies a short-lived key for the identity in an OIDC token. */
  readonly fulcio: URL
  /** Rekor (API v1), the public log of signatures. */
  readonly rekor: URL | undefined
  /** A timestamp authority (RFC 3161). */
  readonly timestampAuthority: URL | undefined
}

/** The words by which the instances of others are called. */
export const sigstoreInstances = ['auto', 'public-good', 'github'] as const

/** One of {@link sigstoreInstances}. */
export type SigstoreInstanceName = (typeof sigstoreInstances)[number]

/** What the choice of an instance looks at. */
export interface InstanceContext {
  /** What GitHub says of the repository: `public`, `private` or `internal`. */
  readonly visibility: string | undefined
  /** `https://github.com`. */
  readonly serverUrl: string | undefined
}

/**
 * The instance of a name. Like actions/attest, `auto` takes the public good instance, whose log
 * everybody can read, for public repositories only: the log would tell the names of others.
 */
export function sigstoreInstance(
  name: SigstoreInstanceName,
  { visibility, serverUrl }: InstanceContext,
): SigstoreInstance {
  const isPublic = name === 'public-good' || (name === 'auto' && visibility === 'public')
  if (isPublic) {
    return {
      fulcio: new URL('https://fulcio.sigstore.dev'),
      rekor: new URL('https://rekor.sigstore.dev'),
      timestampAuthority: undefined,
    }
  }
  const host = URL.parse(serverUrl ?? '')?.hostname ?? 'github.com'
  const domain = host === 'github.com' ? 'githubapp.com' : host
  return {
    fulcio: new URL(`https://fulcio.${domain}`),
    rekor: undefined,
    timestampAuthority: new URL(`https://timestamp.${domain}`),
  }
}
