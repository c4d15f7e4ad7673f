import { UnacceptableValue, path } from '@oke-pipeline/core'
import type { Kind } from '@oke-pipeline/core'

/** Where the build context is: a folder of the workspace, or a Git repository that the builder fetches. */
export type ContextLocation =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'git'; readonly url: string }

/** As BuildKit tells a Git repository from a folder. */
const gitUrl = /^(?:git:\/\/|ssh:\/\/|git@[\w.-]+:|https?:\/\/\S+\.git(?:[#?]|$))/

/** A folder of the workspace, or a Git repository such as `https://github.com/acme/app.git#v1:dir`. */
export function contextLocation(): Kind<ContextLocation> {
  const folder = path()
  return {
    type: 'Path',
    expects: `${folder.expects}, or a Git repository such as https://github.com/acme/app.git#v1:dir`,
    parse(text) {
      if (gitUrl.test(text)) return { kind: 'git', url: gitUrlOf(text) }
      if (text.includes('://'))
        throw new UnacceptableValue('it is no Git repository; does ".git" lack?')
      return { kind: 'folder', path: folder.parse(text) }
    },
  }
}

function gitUrlOf(text: string): string {
  if (/[\s\u0000-\u001f]/.test(text)) throw new UnacceptableValue('it contains a blank')
  if (/^[a-z]+:\/\/[^/@]*:[^/@]*@/.test(text)) {
    throw new UnacceptableValue('it contains a password: give that as the secret GIT_AUTH_TOKEN')
  }
  return text
}

/** Whether a named context is something that the builder fetches, and no folder of this machine. */
export function isRemote(value: string): boolean {
  return value.includes('://') || gitUrl.test(value)
}
