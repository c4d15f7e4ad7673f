import { UnacceptableValue, list } from '@oke-pipeline/core'
import type { Kind } from '@oke-pipeline/core'

const grammar = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i

const item: Kind<string> = {
  type: 'Text',
  expects: 'hosts, with the port where it is not 443, such as auth.example.com:8443',
  parse(value) {
    const url = grammar.test(value) ? URL.parse(`https://${value}`) : null
    if (url === null) throw new UnacceptableValue('it is no host, or more than that')
    return url.host
  },
}

/** Hosts of login services, as the address of one has them. */
export function tokenHosts(): Kind<readonly string[]> {
  return list(item)
}
