import { createPublicKey } from 'node:crypto'
import * as v from 'valibot'
import { ociClient } from '../client/oci-client.ts'
import type { OciPorts } from '../client/ports.ts'
import type { OciIdentity } from './find-identity.ts'
import { ephemeralKey, grantedSession } from './session-key.ts'
import type { GrantedSession } from './session-key.ts'

const longestMinutes = 60

/**
 * A session of an hour at most, as a token with a key of its own: what other tools are given. Of an
 * identity that signs with a long-lived key, that key itself is never written down.
 */
export async function shortSession(
  identity: OciIdentity,
  ports: OciPorts,
): Promise<GrantedSession> {
  const granted = await identity.session.granted()
  if (granted !== undefined) return granted
  const { privateKey } = await ephemeralKey()
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' })
  const client = ociClient(identity.session, identity, ports)
  const { value } = await client.json(
    {
      service: 'auth',
      method: 'POST',
      path: '/token/upst/actions/GenerateUpst',
      body: { publicKey, sessionExpirationInMinutes: longestMinutes },
      doing: 'Getting a short session for the API key',
    },
    v.object({ token: v.string() }),
  )
  ports.mask(value.token)
  return grantedSession(value.token, privateKey, 'OCI’s authentication service')
}
