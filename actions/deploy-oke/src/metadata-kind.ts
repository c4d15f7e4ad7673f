import { UnacceptableValue } from '@oke-pipeline/core'
import type { Kind } from '@oke-pipeline/core'

/** `key=value` of a label or an annotation; of the value the server knows best what it may be. */
export function metadataKind(): Kind<readonly [string, string]> {
  return {
    type: 'Label',
    expects: 'key=value, such as pod-security.kubernetes.io/enforce=restricted',
    parse(text) {
      const match =
        /^((?:[a-z0-9.-]+\/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)=(.*)$/.exec(text)
      if (match?.[1] === undefined || match[2] === undefined) throw new UnacceptableValue('')
      return [match[1], match[2]]
    },
  }
}
