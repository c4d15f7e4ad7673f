import { ServiceError, causeOf, messageOf } from '@oke-pipeline/core'
import type { TrustedRoot } from '@sigstore/protobuf-specs'

/**
 * The trust root of Sigstore's public good instance, from its TUF repository: what is fetched is
 * checked against the root keys that came with this program.
 * @param cachePath A folder of this step's own.
 * @throws ServiceError when it cannot be had: without it nothing is verified.
 */
export async function publicGoodRoot(
  cachePath: string,
  { attempts = 4 }: { readonly attempts?: number } = {},
): Promise<TrustedRoot> {
  const { getTrustedRoot } = await import('@sigstore/tuf')
  try {
    return await getTrustedRoot({ cachePath, retry: attempts - 1, timeout: 15_000 })
  } catch (error) {
    throw new ServiceError({
      service: 'Sigstore’s TUF repository',
      title: 'The trust root of Sigstore could not be fetched',
      explanation: `tuf-repo-cdn.sigstore.dev: ${messageOf(causeOf(error) ?? error)}.`,
      remedy: 'Let this runner reach it, or give a trust root as a file.',
      isRetryable: true,
      cause: error,
    })
  }
}
