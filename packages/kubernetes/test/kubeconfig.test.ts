import { describe, expect, it } from '@jest/globals'
import { UnacceptableValue, formsOf } from '@oke-pipeline/core'
import { kubeconfigKind } from '../src/client/kubeconfig-kind.ts'
import { accessOf, parseKubeconfig } from '../src/client/kubeconfig.ts'

const key =
  '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIGsecretsecretsecret\n-----END EC PRIVATE KEY-----\n'
const keyData = Buffer.from(key).toString('base64')

const kubeconfig = `apiVersion: v1
kind: Config
clusters:
  - name: c
    cluster: { server: 'https://10.0.0.1:6443', certificate-authority-data: Q0E= }
users:
  - name: token-user
    user: { token: token-value-1 }
  - name: certificate-user
    user: { client-certificate-data: Q0VSVA==, client-key-data: ${keyData} }
  - name: basic-user
    user: { username: someone, password: password-value }
  - name: plugin-user
    user:
      exec:
        apiVersion: client.authentication.k8s.io/v1
        command: oci
        args: [ce, cluster, generate-token, --region, us-ashburn-1]
        env:
          - { name: OCI_CLI_KEY_CONTENT, value: environment-value }
          - { name: OCI_CLI_REGION, value: us-ashburn-1 }
contexts:
  - { name: one, context: { cluster: c, user: token-user } }
  - { name: two, context: { cluster: c, user: plugin-user } }
  - { name: lost, context: { cluster: c, user: nobody } }
current-context: one
`

function refusalOf(work: () => unknown): string {
  try {
    work()
    return 'accepted'
  } catch (error) {
    if (!(error instanceof UnacceptableValue)) throw error
    return error.message
  }
}

describe('parseKubeconfig', () => {
  it('reads YAML, JSON and base64 of it, with and without line breaks', () => {
    const base64 = Buffer.from(kubeconfig).toString('base64')
    for (const text of [kubeconfig, base64, base64.replaceAll(/(.{76})/g, '$1\n')]) {
      const { currentContext, users } = parseKubeconfig(text)
      expect([currentContext, users.length]).toEqual(['one', 4])
    }
  })

  const refused = [
    { name: 'a password', text: 'hunter2', says: 'it has no list of clusters' },
    { name: 'broken YAML', text: 'clusters: [', says: 'it is not YAML' },
    { name: 'a manifest', text: 'kind: Pod', says: 'it has no list of clusters' },
    {
      name: 'a cluster without server',
      text: 'clusters: [{name: c, cluster: {}}]',
      says: 'clusters[0].cluster.server is missing',
    },
    {
      name: 'an authority in a file',
      text: kubeconfig.replace('certificate-authority-data: Q0E=', 'certificate-authority: /ca'),
      says: 'its "certificate-authority" names a file',
    },
    {
      name: 'a key in a file',
      text: kubeconfig.replace(/client-key-data: \S+/, 'client-key: /key'),
      says: 'its "client-key" names a file',
    },
    {
      name: 'a token in a file',
      text: kubeconfig.replace('token: token-value-1', 'tokenFile: /token'),
      says: 'its "tokenFile" names a file',
    },
  ]
  it.each(refused)('refuses $name', ({ text, says }) => {
    expect(refusalOf(() => parseKubeconfig(text))).toContain(says)
  })
})

describe('accessOf', () => {
  it('takes the current context, or the one that is named', () => {
    expect(accessOf(parseKubeconfig(kubeconfig)).user.name).toBe('token-user')
    expect(accessOf(parseKubeconfig(kubeconfig), 'two').user.name).toBe('plugin-user')
  })

  const refused = [
    {
      name: 'an unknown context',
      context: 'x',
      says: 'no context "x"; it has "one", "two", "lost"',
    },
    {
      name: 'a context with an unknown user',
      context: 'lost',
      says: 'names a user that it does not',
    },
    {
      name: 'a kubeconfig without current context',
      change: ['current-context: one', ''],
      says: 'it has no current-context; choose one by "context": "one", "two", "lost"',
    },
    {
      name: 'a server that is no URL',
      change: ['https://10.0.0.1:6443', 'nowhere'],
      says: 'the server of its cluster "c" is not a URL',
    },
  ]
  it.each(refused)('refuses $name', ({ context, change = ['', ''], says }) => {
    const [from = '', to = ''] = change
    const parsed = parseKubeconfig(kubeconfig.replace(from, to))
    expect(refusalOf(() => accessOf(parsed, context))).toContain(says)
  })
})

describe('the secrets of a kubeconfig', () => {
  function secretsOf(text: string): readonly string[] {
    return kubeconfigKind().secretsOf?.(text).flatMap(formsOf) ?? []
  }

  it('are found in all their forms, and nothing else', () => {
    const secrets = secretsOf(kubeconfig)
    const expected = ['token-value-1', keyData, 'MHcCAQEEIGsecretsecretsecret', 'password-value']
    expect(secrets).toEqual(expect.arrayContaining([...expected, 'environment-value']))
    const plain = ['someone', 'oci', 'us-ashburn-1', 'token-user', 'https://10.0.0.1:6443', 'Q0E=']
    for (const text of plain) expect(secrets).not.toContain(text)
  })

  it('are found in base64, which is secret itself', () => {
    const base64 = Buffer.from(kubeconfig).toString('base64')
    expect(secretsOf(base64)).toEqual(expect.arrayContaining([base64, 'token-value-1']))
  })

  it('are all longer lines of what cannot be read', () => {
    const broken = `${kubeconfig}\n  broken: [`
    expect(secretsOf(broken)).toEqual(
      expect.arrayContaining([`user: { token: token-value-1 }`, '{ token: token-value-1 }']),
    )
    expect(secretsOf('just-a-token-by-mistake')).toContain('just-a-token-by-mistake')
  })
})
