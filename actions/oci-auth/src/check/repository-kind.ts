import { UnacceptableValue } from '@oke-pipeline/core'
import type { Kind } from '@oke-pipeline/core'

/** A repository of OCIR, as images are named. */
export interface RepositoryName {
  readonly host: string
  readonly namespace: string
  /** Without the namespace: `team/app`. */
  readonly name: string
}

const grammar = /^([a-z0-9.-]+)\/([a-z0-9_-]+)\/([a-z0-9]+(?:(?:[._]|__|-+|\/)[a-z0-9]+)*)$/

/** The name of an image in OCIR, without tag and digest. */
export function repositoryKind(): Kind<RepositoryName> {
  return {
    type: 'Text',
    expects: 'the name of an image without tag, such as iad.ocir.io/acme/team/app',
    parse(text) {
      const [, host, namespace, name] = grammar.exec(text) ?? []
      if (host === undefined || namespace === undefined || name === undefined) {
        throw new UnacceptableValue('')
      }
      return { host, namespace, name }
    },
  }
}
