import { describe, expect, it } from '@jest/globals'
import { readInputs } from '@oke-pipeline/core'
import { certifyServer } from '@oke-pipeline/testing'
import { clusterAccessInputs } from '../src/cluster-access/access-inputs.ts'
import { accessProblems, areUsable } from '../src/index.ts'

const cluster = 'ocid1.cluster.oc1.iad.aaaacluster'
const { authority } = certifyServer('IP:127.0.0.1')
const server = 'https://192.0.2.7:6443'

const kubeconfig = `clusters:
  - { name: c, cluster: { server: 'https://127.0.0.1:1' } }
users:
  - { name: u, user: { token: very-secret } }
contexts:
  - { name: one, context: { cluster: c, user: u } }
current-context: one
`

type Given = Readonly<Record<string, string>>

const direct = { 'cluster-server': server, 'cluster-ca': authority, 'cluster-audience': 'oke' }

async function problemsOf(given: Given): Promise<string> {
  const source = { input: (name: string) => given[name], mask: () => undefined }
  const usable: boolean[] = []
  try {
    await readInputs(clusterAccessInputs, source, (values) => {
      usable.push(areUsable(values, source))
      return accessProblems(values, source)
    })
    expect(usable).toEqual([true])
    return ''
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

describe('accessProblems', () => {
  it.each([
    { name: 'a kubeconfig', given: { kubeconfig } },
    { name: 'a kubeconfig and a context', given: { kubeconfig, context: 'one' } },
    { name: 'a cluster', given: { cluster } },
    { name: 'a cluster and an endpoint', given: { cluster, 'cluster-endpoint': 'private' } },
    { name: 'a server with authority and audience', given: direct },
    {
      name: 'the same in base64, with empty inputs beside it',
      given: {
        ...direct,
        'cluster-ca': Buffer.from(authority).toString('base64'),
        kubeconfig: ' ',
        cluster: '',
      },
    },
  ])('finds none with $name', async ({ given }) => {
    expect(await problemsOf(given as Given)).toBe('')
  })

  it.each([
    {
      name: 'no way at all',
      given: {},
      says: ['"cluster": is required, or "kubeconfig", or "cluster-server": one of the three'],
    },
    {
      name: 'two ways',
      given: { kubeconfig, cluster },
      says: ['"cluster": cannot be given together with "kubeconfig"'],
    },
    {
      name: 'three ways, one of which cannot be read',
      given: { ...direct, kubeconfig: 'nonsense', cluster },
      says: [
        '"cluster": cannot be given together with "kubeconfig"',
        '"cluster-server": cannot be given together with "kubeconfig"',
        '"kubeconfig": expected the text of a kubeconfig',
      ],
    },
    {
      name: 'inputs of a way that is not gone',
      given: { cluster, context: 'one', 'cluster-audience': 'oke' },
      says: [
        '"context": is only used with "kubeconfig"',
        '"cluster-audience": is only used with "cluster-server"',
      ],
    },
    {
      name: 'a server alone',
      given: { 'cluster-server': server },
      says: [
        '"cluster-ca": is required with "cluster-server"',
        '"cluster-audience": is required with "cluster-server"',
      ],
    },
    {
      name: 'a context that is not there',
      given: { kubeconfig, context: 'two' },
      says: ['"context": got "two", does not lead to a cluster: of the kubeconfig, it has no'],
    },
    {
      name: 'an OCID of something else',
      given: { cluster: 'ocid1.compartment.oc1..aaaa' },
      says: ['"cluster": got "ocid1.compartment.oc1..aaaa", expected the OCID of a cluster'],
    },
    {
      name: 'a server with a path, an authority that is none',
      given: { ...direct, 'cluster-server': `${server}/k8s`, 'cluster-ca': 'bm9uZQ==' },
      says: [
        '"cluster-server": got',
        '"cluster-ca": got "bm9uZQ==", expected a certificate in PEM',
      ],
    },
    {
      name: 'a broken certificate',
      given: { ...direct, 'cluster-ca': authority.replace(/MII/, 'MIA') },
      says: ['a certificate in it cannot be read'],
    },
  ])('finds, and nothing else, $name', async ({ given, says }) => {
    const problems = await problemsOf(given)
    for (const text of says) expect(problems).toContain(text)
    expect(problems.match(/\n {2}- /g)).toHaveLength(says.length)
  })
})
