import {
  ConfigurationError,
  ServiceError,
  inert,
  isRetryableStatus,
  messageOf,
  retry,
} from '@oke-pipeline/core'
import type { HttpResponse, RetryPolicy } from '@oke-pipeline/core'
import * as v from 'valibot'
import type { OciPorts } from '../client/ports.ts'
import { readJson } from '../client/read-json.ts'
import { ephemeralKey, grantedSession } from './session-key.ts'
import type { EphemeralKey, GrantedSession } from './session-key.ts'
import { ruleAdvice } from './trust.ts'

/** Where and as what a token of another issuer is exchanged for a session of OCI. */
export interface ExchangeSettings {
  readonly domainUrl: URL
  /** The confidential application that the trust names. */
  readonly clientId: string
  readonly clientSecret: string
  /** A session as a user, or as a resource that the trust labels. */
  readonly as: 'user' | { readonly resourceType: string }
}

/** A token to exchange, and the subject in it, for errors. */
export interface SubjectToken {
  readonly token: string
  readonly subject: string
}

/** What Oracle's Go SDK does; what is refused is not asked again. */
const policy: RetryPolicy = { attempts: 3, deadlineSeconds: 60, firstDelaySeconds: 2 }

/**
 * Exchanges a token for a session that is bound to a new key pair (workload identity federation,
 * https://docs.oracle.com/en-us/iaas/Content/Identity/api-getstarted/json_web_token_exchange.htm).
 */
export async function exchangeToken(
  subject: SubjectToken,
  settings: ExchangeSettings,
  ports: OciPorts,
): Promise<GrantedSession> {
  const key = await ephemeralKey()
  const token = await retry(() => request(subject, key, { settings, ports }), ports, policy)
  ports.mask(token)
  return grantedSession(token, key.privateKey, serviceOf(settings))
}

const answerSchema = v.union([
  v.pipe(
    v.object({ token: v.string() }),
    v.transform(({ token }) => token),
  ),
  v.pipe(
    v.object({ access_token: v.string() }),
    v.transform(({ access_token: token }) => token),
  ),
])

async function request(
  subject: SubjectToken,
  { publicKey }: EphemeralKey,
  { settings, ports }: { readonly settings: ExchangeSettings; readonly ports: OciPorts },
): Promise<string> {
  const basic = Buffer.from(`${settings.clientId}:${settings.clientSecret}`).toString('base64')
  ports.mask(basic)
  const response = await ports.http.request({
    method: 'POST',
    url: new URL('/oauth2/v1/token', settings.domainUrl),
    headers: {
      authorization: `Basic ${basic}`,
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: formOf(subject, publicKey, settings).toString(),
    redirect: 'manual',
    timeoutSeconds: 10,
    service: serviceOf(settings),
  })
  if (response.status !== 200) throw await refusal(subject, settings, response)
  return readToken(response, settings)
}

function formOf(
  { token }: SubjectToken,
  publicKey: string,
  { as }: ExchangeSettings,
): URLSearchParams {
  const type = as === 'user' ? 'oci-upst' : 'oci-rpst'
  return new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    requested_token_type: `urn:oci:token-type:${type}`,
    public_key: publicKey,
    subject_token: token,
    subject_token_type: 'jwt',
    ...(as === 'user' ? {} : { res_type: as.resourceType }),
  })
}

async function readToken(response: HttpResponse, settings: ExchangeSettings): Promise<string> {
  try {
    return await readJson(answerSchema, response)
  } catch (error) {
    throw new ServiceError({
      service: serviceOf(settings),
      title: 'The token exchange gave no session',
      explanation: `Its answer cannot be used: ${messageOf(error)}.`,
      remedy: 'Check the address of the identity domain.',
      isRetryable: true,
      cause: error,
    })
  }
}

function serviceOf({ domainUrl }: ExchangeSettings): string {
  return `identity domain ${domainUrl.host}`
}

const errorSchema = v.object({
  error: v.optional(v.string(), ''),
  error_description: v.optional(v.string(), ''),
})

async function refusal(
  { subject }: SubjectToken,
  settings: ExchangeSettings,
  response: HttpResponse,
): Promise<Error> {
  const { error, error_description: description } = await errorOf(response)
  const says = [error, description].filter((part) => part !== '').join(': ')
  const report = {
    title: 'OCI does not exchange the workflow’s token',
    explanation: `${serviceOf(settings)} answered with ${response.status}${says === '' ? '' : ` (${shown(says)})`}.`,
    remedy: remedyOf(error, description, { subject, settings }),
  }
  if (response.status >= 400 && response.status < 500 && response.status !== 429) {
    return new ConfigurationError(report)
  }
  return new ServiceError({
    ...report,
    service: serviceOf(settings),
    status: response.status,
    isRetryable: isRetryableStatus(response.status),
  })
}

async function errorOf(response: HttpResponse): Promise<v.InferOutput<typeof errorSchema>> {
  try {
    return await readJson(errorSchema, response)
  } catch {
    // Proxies answer in HTML: then the status has to say it all.
    return { error: '', error_description: '' }
  }
}

function shown(text: string): string {
  return inert(text.replaceAll(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')).slice(0, 300)
}

function remedyOf(
  error: string,
  description: string,
  { subject, settings }: { readonly subject: string; readonly settings: ExchangeSettings },
): string {
  if (/not a service user/i.test(description)) {
    return 'The user that the trust’s rule names must be a service user: create one with "serviceUser": true; it cannot be changed afterwards.'
  }
  if (/no rules? match/i.test(description)) return ruleAdvice(subject)
  if (error === 'invalid_client') {
    return 'Check the client id and the client secret of the confidential application, and that it is active.'
  }
  return `The trust must be active, name the issuer of the token, list the application "${settings.clientId}" under "oauthClients", and have the audience under "clientClaimValues". ${ruleAdvice(subject)}`
}
