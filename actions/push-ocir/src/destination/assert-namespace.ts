import { ConfigurationError, ServiceError } from '@oke-pipeline/core'
import type { Log } from '@oke-pipeline/core'
import { tenancyName, tenancyNamespace } from '@oke-pipeline/oci'
import type { OciClient, Session } from '@oke-pipeline/oci'

/** A whole name in OCIR, and the namespace that it begins with. */
export interface NamedRepository {
  readonly registry?: string | undefined
  readonly repository: string
  readonly namespace: string
}

interface Asker {
  readonly client: OciClient
  readonly session: Session
}

/**
 * Checks that a name begins with the namespace of the identity's tenancy: the registry would only
 * say that it denies access. Where OCI does not tell, the registry has the last word.
 * @throws ConfigurationError that names the right namespace.
 */
export async function assertNamespace(
  name: NamedRepository,
  asker: Asker,
  { log }: { readonly log: Log },
): Promise<void> {
  const namespace = await toldBy(() => tenancyNamespace(asker.client))
  if (namespace === undefined) {
    log.info(`Whether "${name.namespace}" is the tenancy’s namespace could not be looked up`)
    return
  }
  if (namespace === name.namespace) return
  throw otherNamespace(name, namespace, await nameOfTenancy(asker))
}

async function nameOfTenancy({ client, session }: Asker): Promise<string | undefined> {
  const { tenancy } = session
  return tenancy === undefined ? undefined : toldBy(() => tenancyName(client, tenancy))
}

/** What OCI says; undefined where this identity may not know. */
async function toldBy(ask: () => Promise<string>): Promise<string | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof ServiceError && [403, 404].includes(error.status ?? 0)) return undefined
    throw error
  }
}

function otherNamespace(
  { registry = '', repository, namespace: given }: NamedRepository,
  namespace: string,
  name: string | undefined,
): ConfigurationError {
  const path = repository.slice(given.length + 1)
  const isName = name?.toLowerCase() === given
  return new ConfigurationError({
    title: `"${given}" is not the namespace of the tenancy`,
    explanation: isName
      ? `It is the tenancy’s name; its namespace is "${namespace}". Nothing has been pushed.`
      : `The tenancy of this identity has the namespace "${namespace}". Nothing has been pushed.`,
    remedy: `Give "image: ${registry}/${namespace}/${path}", or "image: ${path}" alone. If this is the registry of another tenancy, give "namespace: ${given}" as well.`,
  })
}
