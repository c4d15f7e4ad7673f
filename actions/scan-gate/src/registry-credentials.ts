import type { Credentials } from '@oke-pipeline/image'

/** What the inputs say of who speaks to a registry. */
export interface RegistryUser {
  readonly username?: string | undefined
  readonly password?: string | undefined
}

/** As whom the registry of the image is spoken to; as nobody unless a user is given. */
export function credentialsOf({ username, password }: RegistryUser): Credentials | undefined {
  if (username === undefined || password === undefined) return undefined
  return { username, password }
}
