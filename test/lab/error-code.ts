/** Whether an error is the operating system's of that code, such as ENOENT. */
export function isErrorCode(error: unknown, code: string): boolean {
  return hasField(error, 'code') && error.code === code
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return hasField(error, 'message') ? String(error.message) : String(error)
}

/** The innermost reason that an error carries with it. */
export function rootCauseOf(error: unknown): unknown {
  return hasField(error, 'cause') && hasField(error.cause, 'message')
    ? rootCauseOf(error.cause)
    : error
}

// Not `instanceof Error`: under jest an error of Node's own is no instance of the Error that tests see.
function hasField<Name extends string>(
  error: unknown,
  name: Name,
): error is Readonly<Record<Name, unknown>> {
  return typeof error === 'object' && error !== null && name in error
}
