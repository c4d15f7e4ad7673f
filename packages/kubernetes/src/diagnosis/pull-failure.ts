/** What runtimes and registries say, and what it means; the first that fits counts. */
const meanings: readonly { readonly said: RegExp; readonly means: string }[] = [
  {
    said: /x509|certificate/i,
    means: 'the node does not trust the certificate of the registry',
  },
  {
    said: /unauthorized|denied|forbidden|authentication|\b401\b|\b403\b/i,
    means:
      'the registry does not let the node read it: check the pull secret of the pod (imagePullSecrets), or the policy that lets the nodes read the repository',
  },
  {
    said: /no match for platform|no matching manifest/i,
    means: 'it has no variant for the platform of the node',
  },
  {
    said: /no such host|lookup .* on|server misbehaving/i,
    means: 'the name of the registry cannot be resolved on the node',
  },
  {
    said: /not found|no such|unknown/i,
    means: 'the registry has no such image',
  },
  {
    said: /refused|timeout|deadline exceeded|unreachable|connection reset|\bEOF\b/i,
    means: 'the node cannot reach the registry',
  },
  {
    said: /toomanyrequests|too many requests|\b429\b/i,
    means: 'the registry limits how often the node may pull',
  },
]

/**
 * Why an image cannot be pulled, in our words: runtimes wrap the cause in several layers that each
 * repeat the name of the image. Text that means nothing to us is given as it is, without the names.
 */
export function pullFailure(message: string): string {
  return meanings.find(({ said }) => said.test(message))?.means ?? withoutNames(message)
}

function withoutNames(message: string): string {
  return message.replaceAll(/"?[^\s"]+@sha256:[0-9a-f]{64}"?/g, 'the image')
}
