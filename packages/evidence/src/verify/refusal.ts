/** Why a signature or what it says does not count: half a sentence, such as `it is 40 days old`. */
export class VerificationRefusal extends Error {}
