import { optional, required, secret, text } from '@oke-pipeline/core'
import type { InputProblem, Values } from '@oke-pipeline/core'
import { repositoryNameKind } from '@oke-pipeline/image'
import { isMeantAsRegistryHost, namespaceGrammar, regionOfRegistryHost } from '@oke-pipeline/oci'
import type { IdentityInputs } from '@oke-pipeline/oci'
import { furtherTargets } from './further-target.ts'
import type { FurtherTarget } from './further-target.ts'
import { mountSources } from './mount-source.ts'
import { tokenHosts } from './token-host.ts'

/** The inputs that say where the image goes, and as whom. */
export const destinationInputs = {
  image: required(
    repositoryNameKind(),
    'What to push to: a repository of the tenancy in OCIR, such as `app` or `team/app`, whose region is `oci-region` and whose namespace is looked up; or registry and repository, such as `iad.ocir.io/<namespace>/app`.',
  ),
  namespace: optional(
    text({ pattern: namespaceGrammar, expects: 'a namespace such as axaxnpcrorw5' }),
    'Namespace of the tenancy in OCIR. By default that of the identity, or of `username`; give it for the registry of another tenancy.',
  ),
  'also-push-to': optional(
    furtherTargets(),
    'Where the image goes as well: regions (`eu-frankfurt-1, phx`), for the same repository in their OCIR, or repositories with their registry. It gets its tags nowhere before its content is everywhere.',
  ),
  'mount-from': optional(
    mountSources(),
    'Other repositories of the same registry, such as that of the base image (`team/base`), whose layers the registry takes over by itself. Layers that they do not have, or that may not be read there, are sent.',
  ),
  username: optional(
    text(),
    'User of the registry. For OCIR `<namespace>/<user>`, or `<namespace>/<identity domain>/<user>` outside the Default domain. Without it, OCIR is logged in to by the identity of `oci-auth`, without a stored secret.',
  ),
  password: optional(
    secret(),
    'Password of that user; for OCIR an auth token, not the password of the console.',
  ),
  'allowed-token-hosts': optional(
    tokenHosts(),
    'Hosts that the registry may name as its login service though they are on this machine or in its network and the registry is not, such as `auth.corp.example:8443`. Credentials are sent to no such host otherwise.',
  ),
} as const

/** The values of {@link destinationInputs}, and those that make an identity. */
export type DestinationInputs = Values<typeof destinationInputs> & IdentityInputs

type Given = Partial<DestinationInputs>
type Environment = Readonly<Record<string, string | undefined>>

/** What is wrong with where to push, and as whom, as far as it shows without asking anybody. */
export function checkDestination(values: Given, environment: Environment): readonly InputProblem[] {
  const { image } = values
  const account = [...checkAccount(values), ...checkFurther(values, environment)]
  if (image === undefined) return account
  const { registry, repository } = image
  if (registry === undefined) return [...account, ...checkShortName(values, environment)]
  const region = regionOfRegistryHost(registry, environment)
  if (region === undefined) return [...account, ...checkElsewhere(values, registry)]
  return [
    ...account,
    ...checkUser(values),
    ...checkRegion(values, { registry, region: region.id }),
    ...checkNamespace(values, repository),
  ]
}

function checkAccount({ username, password }: Given): readonly InputProblem[] {
  if (username !== undefined && password === undefined) {
    return [{ input: 'password', problem: 'is required with "username"; is the secret empty?' }]
  }
  if (username === undefined && password !== undefined) {
    return [{ input: 'username', problem: 'is required with "password"; is the secret empty?' }]
  }
  return []
}

function checkFurther(values: Given, environment: Environment): readonly InputProblem[] {
  const { image, 'also-push-to': targets = [] } = values
  const isInOcir = (registry: string | undefined): boolean =>
    registry === undefined || regionOfRegistryHost(registry, environment) !== undefined
  const problemWith = (target: FurtherTarget): string | undefined => {
    if ('region' in target) {
      return isInOcir(image?.registry) ? undefined : 'expected an image of OCIR for a region'
    }
    if (!isInOcir(target.registry)) {
      return isMeantAsRegistryHost(target.registry) ? noSuchHost : undefined
    }
    return target.repository.includes('/') ? undefined : 'expected <host>/<namespace>/<repository>'
  }
  return targets.flatMap((target) => {
    const got = 'region' in target ? target.region : `${target.registry}/${target.repository}`
    const problem = problemWith(target)
    return problem === undefined ? [] : [{ input: 'also-push-to', got, problem }]
  })
}

const noSuchHost =
  'expected a host of OCIR: ocir.<region>.oci.<domain of the realm>, or <region or its key>.ocir.io in the commercial realm, such as fra.ocir.io'

/** A user brings no region; an identity may. */
function checkShortName(values: Given, environment: Environment): readonly InputProblem[] {
  const region = values['oci-region'] ?? environment.OCI_CLI_REGION ?? ''
  if (values.username === undefined || region !== '') return checkUser(values)
  const problem =
    'is required for an image without a registry: give the region of OCIR, such as eu-frankfurt-1'
  return [{ input: 'oci-region', problem }, ...checkUser(values)]
}

function checkElsewhere({ namespace }: Given, registry: string): readonly InputProblem[] {
  if (isMeantAsRegistryHost(registry)) {
    return [{ input: 'image', got: registry, problem: noSuchHost }]
  }
  if (namespace === undefined) return []
  const problem = `expected none: ${registry} is not OCIR, and has no namespaces`
  return [{ input: 'namespace', got: namespace, problem }]
}

function checkUser({ username }: Given): readonly InputProblem[] {
  if (username === undefined || username === bearer || username.includes('/')) return []
  const problem =
    'expected the namespace before it for OCIR: <namespace>/<user>, or <namespace>/<identity domain>/<user>'
  return [{ input: 'username', got: username, problem }]
}

function checkRegion(
  values: Given,
  { registry, region }: { readonly registry: string; readonly region: string },
): readonly InputProblem[] {
  const wanted = values['oci-region']
  if (wanted === undefined || wanted === region) return []
  const problem = `expected ${region}, the region of "${registry}" in "image"`
  return [{ input: 'oci-region', got: wanted, problem }]
}

function checkNamespace(values: Given, repository: string): readonly InputProblem[] {
  const [namespace = '', ...path] = repository.split('/')
  if (path.length === 0) {
    const problem =
      'expected the tenancy’s namespace and a repository after the host of OCIR: <host>/<namespace>/<repository>; or give the repository alone'
    return [{ input: 'image', got: repository, problem }]
  }
  const wanted = values.namespace ?? namespaceOfUser(values)
  if (wanted === undefined || wanted === namespace) return []
  const source = values.namespace === undefined ? 'the namespace in "username"' : '"namespace"'
  const problem = `expected ${source}, "${wanted}", before the repository; the tenancy’s name is not its namespace`
  return [{ input: 'image', got: repository, problem }]
}

/** What a login by a token of OCIR has as its user. */
const bearer = 'BEARER_TOKEN'

/** OCIR's users begin with the namespace of their tenancy. */
export function namespaceOfUser({ username }: Pick<Given, 'username'>): string | undefined {
  if (username === undefined || username === bearer) return undefined
  return username.split('/')[0]
}
