import { firstReactions, reactions } from '@oke-pipeline/kubernetes'
import { optional } from 'valibot'
import { durationOf, flagOf, numberOf, textOf, wordOf } from './grammars.ts'

/** How a release gets to an environment, and what becomes of one that does not get ready. */
export const rolloutGrammar = {
  release: optional(
    textOf({
      pattern: /^[a-z0-9]([a-z0-9-]{0,51}[a-z0-9])?$/,
      expects: 'a release name: at most 53 lower-case letters, digits and "-"',
      description: 'Name of the release within the namespace.',
    }),
  ),
  timeout: optional(durationOf('How long a rollout may take.')),
  'min-ready': optional(
    durationOf('How long every new pod must have been ready before the release counts.'),
  ),
  'max-restarts': optional(
    numberOf({
      from: 0,
      to: 1000,
      description: 'How often a container of the new pods may be restarted.',
    }),
  ),
  'lock-timeout': optional(
    durationOf('How long to wait while other runs deploy the same release.'),
  ),
  'on-failure': optional(
    wordOf(reactions, 'What to do when the release does not become ready, or is cancelled.'),
  ),
  'first-release': optional(
    wordOf(firstReactions, 'What `on-failure: rollback` does with a first release.'),
  ),
  'force-conflicts': optional(
    flagOf('Take over fields of the manifests that others have set to another value.'),
  ),
  'on-immutable': optional(
    wordOf(['fail', 'recreate'], 'What to do where a field cannot be changed.'),
  ),
  'max-prune': optional(
    numberOf({
      from: 0,
      to: 100_000,
      description: 'How many objects that the manifests no longer have may be deleted.',
    }),
  ),
} as const
