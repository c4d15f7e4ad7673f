/** Shorter secrets would mask half of the log, and protect nothing. */
const shortestMasked = 4

/**
 * Every form in which a secret could show up in a log: as given, trimmed, line by line, in base64
 * and as part of a JSON text.
 */
export function formsOf(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/).map((line) => line.trim())
  const whole = [secret, secret.trim(), base64(secret), base64(secret.trim()), inJson(secret)]
  const forms = lines.length === 1 ? whole : [...whole, ...lines]
  return [...new Set(forms)].filter((form) => form.length >= shortestMasked)
}

/** The forms of a user name and password as HTTP Basic authentication and Docker write them. */
export function basicForms(user: string, password: string): readonly string[] {
  return [base64(`${user}:${password}`)]
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}
