import { optional } from 'valibot'
import { flagOf, mappingOf, textOf } from './grammars.ts'

const metadataKey = {
  pattern: /^([a-z0-9.-]+\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/,
  expects: 'a key such as pod-security.kubernetes.io/enforce',
}

const metadataValue = {
  pattern: /^[^\u0000-\u001f\u007f]*$/,
  expects: 'a text in one line (in quotes, where YAML would read a number, true or false)',
  description: 'Its value.',
}

/** The namespace of an environment, and what pods in it pull with. */
export const namespaceGrammar = {
  namespace: textOf({
    pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    expects: 'a namespace: at most 63 lower-case letters, digits and "-"',
    description: 'Kubernetes namespace that the environment is deployed to.',
  }),
  'create-namespace': optional(
    flagOf('Make the namespace if it does not exist. One that exists is left as it is.'),
  ),
  'namespace-labels': optional(
    mappingOf({
      name: metadataKey,
      value: metadataValue,
      description: 'Labels of a namespace that is made.',
    }),
  ),
  'namespace-annotations': optional(
    mappingOf({
      name: metadataKey,
      value: metadataValue,
      description: 'Annotations of a namespace that is made.',
    }),
  ),
  'pull-secret': optional(
    textOf({
      pattern: /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
      expects: 'the name of a Secret: a-z, 0-9, "-" and ".", 253 characters at most',
      description:
        'Secret that pods pull the image with: written before anything is deployed, with a login that the step is given or makes.',
    }),
  ),
} as const
