import { generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { HandlerFn } from '@sigstore/mock'
import { checkedRequest } from './certificate-request.ts'
import { loggedEntry } from './log-entry.ts'
import { trustedRootText } from './trusted-root.ts'

/** What the services are told. */
export interface ServiceSettings {
  /** The key of the issuer of OIDC tokens. */
  readonly issuerKey: KeyObject
  /** How much later than the certificate the log sees a signature. */
  readonly logDelaySeconds?: number
}

/** The services of two instances by path, and their trust roots. */
export interface SigstoreServices {
  readonly handlers: Readonly<Record<string, HandlerFn>>
  /** Of the instance with logs. */
  readonly trustedRoot: string
  /** Of the one below `/github`, which has a timestamp authority only, as GitHub's own. */
  readonly githubRoot: string
}

/** Makes two instances with keys of their own: one with logs, one with timestamps. */
export async function sigstoreServices(settings: ServiceSettings): Promise<SigstoreServices> {
  // Only where it is wanted: it loads a web cryptography of its own.
  const mock = await import('@sigstore/mock')
  const { issuerKey, logDelaySeconds = 0 } = settings
  const later = logDelaySeconds === 0 ? undefined : new Date(Date.now() + logDelaySeconds * 1000)
  const ctlog = await mock.initializeCTLog(pair())
  const tlog = await mock.initializeTLog('https://rekor.example.com', pair(), later)
  // A whole second: the mock does not write fractions of one as DER has them.
  const second = new Date(Math.ceil(Date.now() / 1000) * 1000)
  const tsa = await mock.initializeTSA(pair(), second)
  const ca = await mock.initializeCA(pair(), ctlog)
  const githubCa = await mock.initializeCA(pair(), undefined, second)
  const claim = { subjectClaim: 'identity' }
  const [fulcio, github] = [mock.fulcioHandler(ca, claim), mock.fulcioHandler(githubCa, claim)]
  const [rekor, stamp] = [mock.rekorHandler(tlog), mock.tsaHandler(tsa)]
  const certifying = (issue: HandlerFn): HandlerFn =>
    guarded((body) => checkedRequest(body, issuerKey, new Date()), issue)
  return {
    handlers: {
      [fulcio.path]: certifying(fulcio.fn),
      [rekor.path]: guarded(loggedEntry, rekor.fn),
      [stamp.path]: stamp.fn,
      [`/github${github.path}`]: certifying(github.fn),
      [`/github${stamp.path}`]: stamp.fn,
    },
    trustedRoot: trustedRootText({ ca, tsa, logs: { ctlog, tlog } }),
    githubRoot: trustedRootText({ ca: githubCa, tsa, logs: undefined }),
  }
}

function pair(): { privateKey: KeyObject; publicKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}

/** Passes on what a check makes of a request, and refuses the rest. */
function guarded(
  check: (body: string) => { readonly passed: string } | { readonly refusal: string },
  handle: HandlerFn,
): HandlerFn {
  return async (body) => {
    const checked = check(body)
    if ('passed' in checked) return handle(checked.passed)
    return { statusCode: 400, response: JSON.stringify({ message: checked.refusal }) }
  }
}
