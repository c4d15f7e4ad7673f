/** A kind of secret that can be told by its looks. */
export interface SecretPattern {
  /** What a policy names it by. */
  readonly id: string
  readonly title: string
  readonly expression: RegExp
  /** Says whether what the expression found is a secret, and not only looks like one. */
  readonly isReal?: (text: string) => boolean
}

/**
 * The kinds of secrets that are looked for: those whose issuers gave them a form of their own, so
 * that hardly anything else looks like them. Every expression has one of the triggers in it.
 */
export const secretPatterns: readonly SecretPattern[] = [
  {
    id: 'oci-api-key',
    title: 'API key of Oracle Cloud Infrastructure',
    // The console and the CLI of OCI write this label after the key.
    expression:
      /-----BEGIN (?:RSA )?PRIVATE KEY-----[^-]{200,8000}-----END (?:RSA )?PRIVATE KEY-----\s*OCI_API_KEY/,
  },
  {
    id: 'gcp-service-account',
    title: 'Key of a Google Cloud service account',
    expression: /"private_key"\s*:\s*"-----BEGIN PRIVATE KEY-----\\n[A-Za-z0-9+/]{60}/,
  },
  {
    id: 'private-key',
    title: 'Private key',
    // A key, and not only its header, as programs that read keys have it.
    expression:
      /-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED )?PRIVATE KEY-----(?:\s|\\n|\\r)+(?:[A-Za-z-]+: [^\n]*\n|\s)*[A-Za-z0-9+/=]{48}/,
    isReal: isVaried,
  },
  {
    id: 'aws-access-key',
    title: 'Access key of AWS',
    expression: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/,
    isReal: (text) => isVaried(text) && !text.endsWith('EXAMPLE'),
  },
  {
    id: 'aws-secret-key',
    title: 'Secret key of AWS',
    expression:
      /aws_secret_access_key["']?\s{0,3}[=:]\s{0,3}["']?[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])/i,
    isReal: (text) => isVaried(text.slice(-40)) && !text.includes('EXAMPLE'),
  },
  {
    id: 'github-token',
    title: 'Token of GitHub',
    expression: /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59})\b/,
    isReal: isVaried,
  },
  {
    id: 'gitlab-token',
    title: 'Token of GitLab',
    expression: /\bglpat-[A-Za-z0-9_-]{20,}/,
    isReal: isVaried,
  },
  {
    id: 'slack-token',
    title: 'Token of Slack',
    expression:
      /\bxox[abeprs]-\d{10,13}-(?:\d{10,13}-)?[A-Za-z0-9-]{20,}|\bxapp-\d-[A-Z0-9]+-\d+-[a-f0-9]{64}/,
    isReal: isVaried,
  },
  {
    id: 'slack-webhook',
    title: 'Webhook of Slack',
    expression: /hooks\.slack\.com\/services\/T[A-Z0-9]{8,}\/B[A-Z0-9]{8,}\/[A-Za-z0-9]{24}/,
    isReal: (text) => isVaried(text.slice(-24)),
  },
  {
    id: 'stripe-key',
    title: 'Live key of Stripe',
    expression: /\b[rs]k_live_[A-Za-z0-9]{24,99}\b/,
    isReal: isVaried,
  },
  {
    id: 'npm-token',
    title: 'Token of npm',
    expression:
      /\bnpm_[A-Za-z0-9]{36}\b|:_authToken\s{0,2}=\s{0,2}["']?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/,
    isReal: isVaried,
  },
  {
    id: 'pypi-token',
    title: 'Token of PyPI',
    expression: /\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}/,
  },
  {
    id: 'registry-login',
    title: 'Login of a container registry',
    expression: /"auths"\s*:\s*\{[^{}]{1,300}\{[^{}]{0,300}"auth"\s*:\s*"[A-Za-z0-9+/]{12,}={0,2}"/,
    isReal: isVaried,
  },
  {
    id: 'azure-storage-key',
    title: 'Key of an Azure storage account',
    expression: /AccountKey=[A-Za-z0-9+/]{86}==/,
    isReal: isVaried,
  },
  {
    id: 'google-oauth-secret',
    title: 'OAuth secret of Google',
    expression: /\bGOCSPX-[A-Za-z0-9_-]{28}(?![A-Za-z0-9_-])/,
    isReal: isVaried,
  },
  {
    id: 'digitalocean-token',
    title: 'Token of DigitalOcean',
    expression: /\bdo[opr]_v1_[a-f0-9]{64}\b/,
    isReal: isVaried,
  },
  {
    id: 'sendgrid-key',
    title: 'Key of SendGrid',
    expression: /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/,
    isReal: isVaried,
  },
  {
    id: 'vault-token',
    title: 'Token of HashiCorp Vault',
    expression: /\bhvs\.[A-Za-z0-9_-]{90,}/,
    isReal: isVaried,
  },
  {
    id: 'json-web-token',
    title: 'JSON Web Token',
    expression: /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}/,
    isReal: isWebToken,
  },
]

/** Every secret has one of these in it: what is looked for first, in all bytes of an image. */
export const secretTriggers =
  /AKIA|ASIA|gh[pousr]_|github_pat_|PRIVATE KEY-----|glpat-|xox[abeprs]-|xapp-|hooks\.slack\.com|k_live_|npm_|_authToken|pypi-AgE|"auths"|eyJ[A-Za-z0-9_-]{10}|AccountKey=|GOCSPX-|do[opr]_v1_|SG\.[A-Za-z0-9_-]{22}\.|hvs\.|aws_secret_access_key/gi

/** Placeholders repeat themselves: `ghp_xxxxxxxx`, `AKIA1234123412341234`. */
function isVaried(text: string): boolean {
  const body = text.slice(-40)
  return new Set(body).size >= Math.min(12, Math.ceil(body.length / 2))
}

/** Whether both parts are JSON, and the token is not the one that documentation shows. */
function isWebToken(text: string): boolean {
  const [header = '', payload = ''] = text.split('.')
  const isSample = payload.startsWith('eyJzdWIiOiIxMjM0NTY3ODkw')
  return (
    !isSample && jsonText(header)?.includes('"alg"') === true && jsonText(payload) !== undefined
  )
}

function jsonText(part: string): string | undefined {
  const text = Buffer.from(part, 'base64url').toString()
  try {
    JSON.parse(text)
    return text
  } catch {
    // It only looked like a part of a token.
    return undefined
  }
}
