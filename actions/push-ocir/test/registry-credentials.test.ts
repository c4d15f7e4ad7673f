import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { readInputs } from '@oke-pipeline/core'
import { fakeOci, fakeRegistryToken, recordingRunner, serveOci } from '@oke-pipeline/testing'
import { declaration } from '../src/declaration.ts'
import { registryCredentials } from '../src/registry-credentials.ts'

const tenancy = 'ocid1.tenancy.oc1..aaaatenancy'
const user = 'ocid1.user.oc1..aaaadeployer'
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const apiKey = {
  'oci-tenancy': tenancy,
  'oci-user': user,
  'oci-private-key': pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
}

/** Asks for the login to a registry, as a user whom IAM lets do this. */
async function logIn(
  given: Readonly<Record<string, string>>,
  grants: readonly string[] = ['manage repos'],
): Promise<{
  readonly login: unknown
  readonly masked: readonly string[]
  readonly asked: number
}> {
  const services = [fakeRegistryToken(() => 'token-of-an-hour')]
  const oci = fakeOci({ services, grants: { [user]: grants } })
  oci.identity.addApiKey(tenancy, user, pair.publicKey)
  await using served = await serveOci(oci)
  const inputs = { layout: 'layout', ...given }
  const runner = recordingRunner({ folder: '/nowhere', inputs, environment: served.environment })
  const values = await readInputs(declaration.inputs, runner)
  const login = await registryCredentials(values, runner)
  return { login, masked: runner.masked, asked: oci.seen.length }
}

const bearer = { username: 'BEARER_TOKEN', password: 'token-of-an-hour' }

describe('registryCredentials', () => {
  it.each(['iad.ocir.io/ns/app', 'ocir.eu-frankfurt-1.oci.oraclecloud.com/ns/app'])(
    'logs in to %s by the identity, in the region of its host, and masks the login',
    async (image) => {
      const { login, masked } = await logIn({ ...apiKey, image })
      expect(login).toMatchObject(bearer)
      expect(masked).toContain(bearer.password)
      expect(masked).toContain(Buffer.from('BEARER_TOKEN:token-of-an-hour').toString('base64'))
      for (const secret of masked) expect(image).not.toContain(secret)
    },
  )

  it('takes the user that is given, and asks OCI nothing', async () => {
    const given = { username: 'ns/ci', password: 'auth-token' }
    const { login, asked } = await logIn({ ...apiKey, ...given, image: 'iad.ocir.io/ns/app' })
    expect(login).toEqual(given)
    expect(asked).toBe(0)
  })

  it('sends nothing of OCI to another registry', async () => {
    const { login, asked } = await logIn({ ...apiKey, image: 'registry.example.com/app' })
    expect(login).toBeUndefined()
    expect(asked).toBe(0)
  })

  it('names the policy that pushing takes', async () => {
    const refused = logIn({ ...apiKey, image: 'iad.ocir.io/ns/app' }, [])
    await expect(refused).rejects.toThrow('(to push: manage repos)')
  })

  it('says that the region and the host do not fit', async () => {
    const wrong = logIn({ ...apiKey, 'oci-region': 'fra', image: 'iad.ocir.io/ns/app' })
    await expect(wrong).rejects.toThrow('is not the registry of eu-frankfurt-1')
  })

  it('names the YAML that a job without a way to an identity needs', async () => {
    const nothing = logIn({ image: 'iad.ocir.io/ns/app', 'oci-auth': 'github-oidc' })
    await expect(nothing).rejects.toThrow('id-token: write')
  })
})
