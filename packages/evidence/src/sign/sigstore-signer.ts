import { ReportedError } from '@oke-pipeline/core'
import { base, makeBundle, patience, signingFailed } from './make-bundle.ts'
import type { SigstoreInstance } from './sigstore-instance.ts'
import type { StatementSigner } from './statement-signer.ts'

/** The audience of the OIDC token that Fulcio takes. */
export const sigstoreAudience = 'sigstore'

/**
 * Signs without a key that anybody keeps: Fulcio certifies a key, made for one signature, for the
 * identity in an OIDC token, and the time is witnessed by a log or a timestamp authority.
 * @param identityToken A fresh token of the audience {@link sigstoreAudience}.
 */
export function sigstoreSigner(
  instance: SigstoreInstance,
  identityToken: () => Promise<string>,
): StatementSigner {
  const description = `Sigstore (${instance.fulcio.host})`
  return {
    description,
    hint: undefined,
    async sign(statement) {
      // Asked for outside the library, so that what refuses it is told as it is.
      const token = await identityToken()
      const { FulcioSigner } = await import('@sigstore/sign')
      const identityProvider = { getToken: () => Promise.resolve(token) }
      const fulcioBaseURL = base(instance.fulcio)
      const signer = new FulcioSigner({ identityProvider, fulcioBaseURL, ...patience })
      try {
        return await makeBundle(statement, signer, instance)
      } catch (error) {
        throw error instanceof ReportedError ? error : signingFailed(description, error)
      }
    },
  }
}
