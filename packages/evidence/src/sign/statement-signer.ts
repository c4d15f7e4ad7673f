/** What can sign statements. */
export interface StatementSigner {
  /** For people: `Sigstore (https://fulcio.sigstore.dev)`, `key ocid1.key…`. */
  readonly description: string
  /** By what others find the key; undefined where a certificate stands in the bundle instead. */
  readonly hint: string | undefined
  /**
   * Signs a statement.
   * @returns a Sigstore bundle around a DSSE envelope, as JSON.
   * @throws ServiceError when a service refuses or cannot be reached.
   */
  sign(statement: Uint8Array): Promise<string>
}
