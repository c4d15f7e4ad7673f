import { ConfigurationError } from '@oke-pipeline/core'
import type { OciPlace } from '../client/oci-client.ts'
import { endpointOverrides } from '../region/endpoints.ts'
import { checkRealm, findRegion } from '../region/find-region.ts'
import type { Region, RegionHints } from '../region/find-region.ts'
import { partsOf } from '../region/ocid.ts'
import { forkGetsNothing, isForkPullRequest } from './github-token.ts'
import { identityWays } from './identity-inputs.ts'
import type { IdentityInputs, IdentityWay } from './identity-inputs.ts'
import { identitySettings } from './identity-settings.ts'
import type { IdentitySettings } from './identity-settings.ts'
import type { PrincipalPorts } from './ports.ts'
import type { Session } from './session.ts'
import { ways } from './ways.ts'
import type { OpenWay, WayContext } from './ways.ts'

/** An identity of OCI, and the region that it works in. */
export interface OciIdentity extends OciPlace {
  readonly session: Session
  readonly way: IdentityWay
}

/**
 * The identity that the inputs ask for. With `auto` the first way that can be gone is, and what
 * was skipped is said: one identity must not quietly stand in for another. The fallback is the
 * region where neither inputs nor identity say one.
 * @throws ConfigurationError that says of every way what it lacks.
 */
export async function findIdentity(
  inputs: IdentityInputs,
  ports: PrincipalPorts,
  fallback?: Region,
): Promise<OciIdentity> {
  const settings = identitySettings(inputs, ports.environment)
  const overrides = endpointOverrides(ports.environment)
  const { way, open, skipped } = await chooseWay(inputs, { settings, overrides, ports })
  const region = regionFor(open, settings, fallback)
  const session = await open.start(region)
  if (session.tenancy !== undefined) checkRealm(region, partsOf(session.tenancy).realm)
  ports.log.info(`OCI identity: ${session.description} (${way}), in ${region.id}`)
  for (const reason of skipped) ports.log.info(`  not ${reason}`)
  return { session, way, region, overrides }
}

interface Choice {
  readonly way: IdentityWay
  readonly open: OpenWay
  /** `api-key: "oci-user" is not given`. */
  readonly skipped: readonly string[]
}

async function chooseWay(inputs: IdentityInputs, context: WayContext): Promise<Choice> {
  const wanted = inputs['oci-auth']
  const skipped: string[] = []
  for (const way of wanted === 'auto' ? identityWays : [wanted]) {
    const outlook = await ways[way](context)
    if ('start' in outlook) return { way, open: outlook, skipped }
    skipped.push(`${way}: ${outlook.lacks}`)
  }
  // Its secrets are empty, so that the workflow's own way looks as if it were not set up.
  if (await isForkPullRequest(context.ports)) throw forkGetsNothing()
  throw new ConfigurationError({
    title: 'There is no identity of OCI for this step',
    explanation: skipped.map((reason) => `\n  - ${reason}`).join(''),
    remedy:
      '\nWithout a stored key: give "oci-domain-url", "oci-client-id" and "oci-client-secret", and add "permissions: { id-token: write, contents: read }" to this job.',
  })
}

function regionFor(
  open: OpenWay,
  settings: IdentitySettings,
  fallback: Region | undefined,
): Region {
  if (settings.region !== undefined) {
    return findRegion(settings.region, hintsOf(settings))
  }
  const known = open.region ?? fallback
  if (known !== undefined) return known
  throw new ConfigurationError({
    title: 'The region of OCI is not known',
    explanation: 'It is not given, and this identity does not say it.',
    remedy: 'Give "oci-region", such as eu-frankfurt-1, or set OCI_CLI_REGION.',
  })
}

function hintsOf({ tenancy, regionMetadata }: IdentitySettings): RegionHints {
  return {
    ...(tenancy === undefined ? {} : { realm: partsOf(tenancy).realm }),
    ...(regionMetadata === undefined ? {} : { metadata: regionMetadata }),
  }
}
