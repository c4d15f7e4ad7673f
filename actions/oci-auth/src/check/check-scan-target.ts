import { ociClient, scanTargetOf } from '@oke-pipeline/oci'
import type { Ocid, OciIdentity, PrincipalPorts } from '@oke-pipeline/oci'
import { failed, fails, untried, works } from './check.ts'
import type { Check } from './check.ts'

/** What the check of a repository's scans needs to know. */
export interface ScanTargetContext {
  readonly identity: OciIdentity
  readonly compartment: Ocid
  /** The policies that it takes, those of the service that scans among them. */
  readonly statements: readonly string[]
  readonly ports: PrincipalPorts
}

/** Whether OCI scans a repository, as far as it shows without changing anything. */
export async function checkScanTarget(
  repository: string,
  { identity, compartment, statements, ports }: ScanTargetContext,
): Promise<Check> {
  const name = `Scans of ${repository} by OCI`
  try {
    const client = ociClient(identity.session, identity, ports)
    const target = await scanTargetOf(client, { name: repository, compartment })
    if (target === undefined) {
      const says =
        'No target in the compartment has it. Whether one may be created shows when it is created.'
      return untried(name, says)
    }
    if (target.state !== 'FAILED') return works(name, `Target "${target.name}" has it.`)
    return fails(name, `Target "${target.name}" failed.`, statements)
  } catch (error) {
    return failed(name, error, statements)
  }
}
