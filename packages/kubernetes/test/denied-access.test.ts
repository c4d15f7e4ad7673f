import { describe, expect, it } from '@jest/globals'
import {
  bindingFor,
  parseDeniedAccess,
  roleFor,
  rulesAllowing,
} from '../src/client/denied-access.ts'

const message =
  'deployments.apps "hello" is forbidden: User "system:serviceaccount:dev:ci" cannot patch resource "deployments" in API group "apps" in the namespace "dev"'

describe('parseDeniedAccess', () => {
  it('reads who may not do what, and where', () => {
    expect(parseDeniedAccess(message)).toEqual({
      user: 'system:serviceaccount:dev:ci',
      verb: 'patch',
      resource: 'deployments',
      apiGroup: 'apps',
      namespace: 'dev',
    })
  })

  it('reads subresources, the core group and the cluster scope', () => {
    const denied = parseDeniedAccess(
      'nodes is forbidden: User "u" cannot get resource "nodes/proxy" in API group "" at the cluster scope',
    )
    expect(denied).toMatchObject({ resource: 'nodes/proxy', apiGroup: '', namespace: undefined })
    expect(denied === undefined ? '' : roleFor(denied)).toBe('a ClusterRole')
  })

  it.each([
    'pods "a" is forbidden: exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0',
    'admission webhook "x" denied the request',
    '',
  ])('does not take %j for a matter of RBAC', (text) => {
    expect(parseDeniedAccess(text)).toBeUndefined()
  })
})

describe('rulesAllowing', () => {
  it('puts the verbs of a resource together', () => {
    const denied = ['patch', 'create', 'patch'].flatMap(
      (verb) => parseDeniedAccess(message.replace('patch', verb)) ?? [],
    )
    expect(rulesAllowing(denied)).toBe(
      '- {apiGroups: ["apps"], resources: ["deployments"], verbs: ["create", "patch"]}',
    )
  })
})

describe('bindingFor', () => {
  const denied = { verb: 'get', resource: 'pods', apiGroup: '' }

  it.each([
    {
      name: 'a user of OCI',
      user: 'ocid1.user.oc1..aaaa',
      namespace: 'dev',
      command:
        'kubectl create rolebinding <name> --namespace dev --role <role> --user ocid1.user.oc1..aaaa',
    },
    {
      name: 'a workflow',
      user: 'actions-oidc:repo:acme@1/shop@2:environment:production',
      namespace: 'dev',
      command:
        'kubectl create rolebinding <name> --namespace dev --role <role> --user actions-oidc:repo:acme@1/shop@2:environment:production',
    },
    {
      name: 'the cluster scope',
      user: 'u',
      namespace: undefined,
      command: 'kubectl create clusterrolebinding <name> --clusterrole <role> --user u',
    },
    {
      name: 'a name that a shell would read as more than one word',
      user: "it's $(me)",
      namespace: 'dev',
      command: String.raw`kubectl create rolebinding <name> --namespace dev --role <role> --user 'it'\''s $(me)'`,
    },
  ])('is a command for $name', ({ user, namespace, command }) => {
    expect(bindingFor({ ...denied, user, namespace })).toBe(command)
  })
})
