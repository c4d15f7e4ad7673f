import { forEachBounded, retry } from '@oke-pipeline/core'
import type { RetryPorts } from '@oke-pipeline/core'
import type { ClusterAccess } from '../client/access.ts'
import { apiError, connectionError, hasStatus } from '../client/api-error.ts'
import { credentialSource } from '../client/credential.ts'
import type { ApiRequest } from '../client/exchange.ts'
import { clusterTransport } from '../client/transport.ts'
import { fieldOf } from '../json.ts'
import type { Json } from '../json.ts'
import type { NeededRule } from './needed-rules.ts'

/** An API server that is asked what its caller may do. */
export interface ReviewedCluster {
  /** `https://…:6443`. */
  readonly server: string
  /** PEM in base64, as kubeconfigs have it. */
  readonly certificateAuthority: string
  readonly token: string
}

/** What asking needs of the world. */
export interface ReviewPorts extends RetryPorts {
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** One thing that a rule allows. */
export interface AllowedThing {
  readonly verb: string
  /** With its subresource: `pods/log`. */
  readonly resource: string
}

/** A rule, and what of it the caller may not do. */
export interface ReviewedRule {
  readonly rule: NeededRule
  readonly missing: readonly AllowedThing[]
}

/** Questions about the caller's own access: everyone who is let in may ask them. */
export interface AccessReview {
  /** As whom the cluster knows the caller; undefined of one before Kubernetes 1.28. */
  userName(): Promise<string | undefined>
  /** What of each rule is not allowed in a namespace, by RBAC or by OCI's own authoriser. */
  missing(rules: readonly NeededRule[], namespace: string): Promise<readonly ReviewedRule[]>
}

const atATime = 8

/**
 * Asks a cluster what a token may do in it; each answer is the API server's own, for the very
 * verb and resource.
 */
export function accessReview(cluster: ReviewedCluster, ports: ReviewPorts): AccessReview {
  const access = accessTo(cluster)
  const transport = clusterTransport(access, {
    credential: credentialSource(access, () => undefined),
    userAgent: 'oke-pipeline (check)',
    environment: ports.environment,
  })
  return {
    async userName() {
      try {
        const review = await post('authentication.k8s.io', 'SelfSubjectReview', undefined)
        const name = fieldOf(review, 'status', 'userInfo', 'username')
        return typeof name === 'string' ? name : undefined
      } catch (error) {
        if (hasStatus(error, 404)) return undefined
        throw error
      }
    },
    async missing(rules, namespace) {
      const reviewed = rules.map((rule) => ({ rule, missing: [] as AllowedThing[] }))
      const questions = reviewed.flatMap(({ rule, missing }) =>
        rule.resources.flatMap((resource) =>
          rule.verbs.map((verb) => ({ rule, missing, thing: { verb, resource } })),
        ),
      )
      await forEachBounded(
        questions,
        { limit: atATime, signal: ports.signal },
        async ({ rule, missing, thing }) => {
          const attributes = attributesOf(rule, thing, namespace)
          const spec = { resourceAttributes: attributes }
          const review = await post('authorization.k8s.io', 'SelfSubjectAccessReview', spec)
          if (fieldOf(review, 'status', 'allowed') !== true) missing.push(thing)
        },
      )
      return reviewed.map(({ rule, missing }) => ({ rule, missing: inOrder(missing, rule) }))
    },
  }

  /** Reviews leave nothing behind: they may be asked again. */
  async function post(group: string, kind: string, spec: Json | undefined): Promise<Json> {
    const request: ApiRequest = {
      method: 'POST',
      path: `/apis/${group}/v1/${kind.toLowerCase()}s`,
      body: JSON.stringify({ apiVersion: `${group}/v1`, kind, spec }),
    }
    return retry(async () => {
      const answer = await answerTo(request)
      if (answer.status >= 400) throw apiError(access, request, answer)
      return JSON.parse(answer.text) as Json
    }, ports)
  }

  async function answerTo(request: ApiRequest): ReturnType<typeof transport> {
    try {
      return await transport(request, ports.signal)
    } catch (error) {
      ports.signal.throwIfAborted()
      throw connectionError(access, error)
    }
  }
}

function accessTo({ server, certificateAuthority, token }: ReviewedCluster): ClusterAccess {
  return {
    context: 'check',
    cluster: { name: 'check', server, caData: certificateAuthority, skipTLSVerify: false },
    user: { name: 'check', token },
  }
}

/** In the order in which the rule has them, not in that of the answers. */
function inOrder(
  things: readonly AllowedThing[],
  { resources, verbs }: NeededRule,
): readonly AllowedThing[] {
  const place = ({ resource, verb }: AllowedThing): number =>
    resources.indexOf(resource) * verbs.length + verbs.indexOf(verb)
  return things.toSorted((one, other) => place(one) - place(other))
}

function attributesOf(
  { apiGroup }: NeededRule,
  { verb, resource }: AllowedThing,
  namespace: string,
): Readonly<Record<string, string>> {
  const [plural = '', subresource] = resource.split('/')
  return {
    namespace,
    verb,
    group: apiGroup,
    resource: plural,
    ...(subresource === undefined ? {} : { subresource }),
    // A namespace is asked about by its name, as the request that reads it has it.
    ...(plural === 'namespaces' ? { name: namespace } : {}),
  }
}
