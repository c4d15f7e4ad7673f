import { ociClient, permissionsFor, policyStatements, tryScans } from '@oke-pipeline/oci'
import type { AccessPlan, OciIdentity, PrincipalPorts, Purpose } from '@oke-pipeline/oci'
import type { Inputs } from '../declaration.ts'
import { checkCluster } from './check-cluster.ts'
import { checkIdentity } from './check-identity.ts'
import { checkRepository } from './check-repository.ts'
import { checkScanTarget } from './check-scan-target.ts'
import { checkTarget } from './check-target.ts'
import type { CheckTarget } from './check-target.ts'
import { checkVault } from './check-vault.ts'
import { failed, works } from './check.ts'
import type { Check } from './check.ts'
import { planAccess } from './plan-access.ts'
import { roleAndBinding, setupFiles } from './setup-files.ts'
import type { SetupFile } from './setup-files.ts'

/** What came of a check. */
export interface CheckReport {
  readonly identity: OciIdentity | undefined
  readonly checks: readonly Check[]
  readonly files: readonly SetupFile[]
}

const unknownUser = '<OCID of the user>'

/** Tries all that is to be checked, and works out what the identity needs. Changes nothing. */
export async function runCheck(inputs: Inputs, ports: PrincipalPorts): Promise<CheckReport> {
  const target = checkTarget(inputs)
  const { checks, value } = await checkIdentity(inputs, ports)
  const known = value ?? { subject: undefined, identity: undefined }
  const plan = planAccess(inputs, target, known, ports)
  const { identity } = known
  const user = identity?.session.subject ?? unknownUser
  const context = { inputs, target, plan, user, ports }
  const others = identity === undefined ? [] : await checkParts(identity, context)
  return {
    identity,
    checks: [...checks, ...others],
    files: setupFiles(plan, { namespaces: target.namespaces, user }),
  }
}

interface PartsContext {
  readonly inputs: Inputs
  readonly target: CheckTarget
  readonly plan: AccessPlan
  readonly user: string
  readonly ports: PrincipalPorts
}

async function checkParts(identity: OciIdentity, context: PartsContext): Promise<readonly Check[]> {
  const results = await Promise.all([
    checkRepositories(identity, context),
    checkDeploying(identity, context),
    checkScans(identity, context),
    checkScanTargets(identity, context),
    checkSigning(identity, context),
  ])
  return results.flat()
}

async function checkRepositories(
  identity: OciIdentity,
  { target, plan, ports }: PartsContext,
): Promise<readonly Check[]> {
  const { purposes, compartment } = target
  const results = await Promise.all(
    (target.images ?? []).map((image) => {
      const own = { ...plan, parts: { ...plan.parts, repositories: [image.name] } }
      const statements = (purpose: Purpose): readonly string[] => statementsFor(purpose, own)
      return checkRepository(image, { identity, purposes, compartment, statements, ports })
    }),
  )
  return results.flat()
}

async function checkDeploying(
  identity: OciIdentity,
  { inputs, target, plan, user, ports }: PartsContext,
): Promise<readonly Check[]> {
  const { cluster, namespaces, purposes } = target
  if (cluster === undefined || !purposes.includes('deploy')) return []
  return checkCluster(cluster, {
    identity,
    namespaces,
    ports,
    endpoint: inputs['cluster-endpoint'],
    statements: statementsFor('deploy', plan),
    role: (namespace) => roleAndBinding(namespace, user),
  })
}

async function checkScans(
  identity: OciIdentity,
  { target: { purposes, compartment }, plan, ports }: PartsContext,
): Promise<readonly Check[]> {
  if (compartment === undefined || !purposes.includes('scan')) return []
  const name = 'Read the results of OCI’s scans'
  try {
    await tryScans(ociClient(identity.session, identity, ports), compartment)
    return [works(name, 'Vulnerability Scanning answers.')]
  } catch (error) {
    return [failed(name, error, statementsFor('scan', plan))]
  }
}

async function checkScanTargets(
  identity: OciIdentity,
  { target: { purposes, compartment, images = [] }, plan, ports }: PartsContext,
): Promise<readonly Check[]> {
  if (compartment === undefined || !purposes.includes('scan-target')) return []
  const statements = statementsFor('scan-target', plan)
  const context = { identity, compartment, statements, ports }
  return Promise.all(images.map(({ name }) => checkScanTarget(name, context)))
}

async function checkSigning(
  identity: OciIdentity,
  { target: { purposes, key }, plan, ports }: PartsContext,
): Promise<readonly Check[]> {
  if (key === undefined || !purposes.includes('sign')) return []
  return [await checkVault(key, identity, statementsFor('sign', plan), ports)]
}

function statementsFor(purpose: Purpose, { parts, subject }: AccessPlan): readonly string[] {
  return permissionsFor([purpose]).flatMap((permission) =>
    policyStatements(permission, parts, subject),
  )
}
