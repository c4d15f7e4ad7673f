import type { Ports, RunContext } from '@oke-pipeline/core'
import type { PrincipalPorts } from '@oke-pipeline/oci'

/** What signing needs of the world. */
export type SigningWorld = Pick<Ports, 'http' | 'log' | 'clock' | 'signal' | 'random'> &
  Pick<PrincipalPorts, 'environment' | 'mask'> & { readonly run: RunContext }
