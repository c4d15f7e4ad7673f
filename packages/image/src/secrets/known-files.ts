/** A file that everyone has, and that looks as if a secret were in it. */
export interface KnownFile {
  /** A pattern of paths. */
  readonly path: string
  /** The kind of secret that it seems to have. */
  readonly pattern: string
}

/** Libraries that many images have, with keys in them that are no secret. */
export const knownFiles: readonly KnownFile[] = [
  // GnuTLS tests itself with keys of its own when it starts.
  { path: '/**/libgnutls.so*', pattern: 'private-key' },
  { path: '/**/libgnutls.a', pattern: 'private-key' },
]
