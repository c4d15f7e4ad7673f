import { ReportedError, basicForms } from '@oke-pipeline/core'
import {
  findRepository,
  ociClient,
  registryLogin,
  registryNamespace,
  repositoryCommand,
  tryPull,
  tryPush,
} from '@oke-pipeline/oci'
import type {
  ListedRepository,
  Ocid,
  OciIdentity,
  PrincipalPorts,
  Purpose,
  RegistryLogin,
  TriedRepository,
} from '@oke-pipeline/oci'
import { failed, fails, untried, works } from './check.ts'
import type { Check, Checked } from './check.ts'
import type { RepositoryName } from './repository-kind.ts'

/** What the check of a repository needs to know. */
export interface RepositoryContext {
  readonly identity: OciIdentity
  readonly purposes: readonly Purpose[]
  readonly compartment: Ocid | undefined
  /** The policies that a purpose takes. */
  readonly statements: (purpose: Purpose) => readonly string[]
  readonly ports: PrincipalPorts
}

/** Whether there is a repository, and whether its images can be read and written. */
export async function checkRepository(
  image: RepositoryName,
  context: RepositoryContext,
): Promise<readonly Check[]> {
  const namespace = await checkNamespace(image, context)
  if (namespace?.outcome === 'fails') return [namespace]
  const login = await logIn(image, context)
  const existence = await checkExistence(image, context)
  const before = [...(namespace === undefined ? [] : [namespace]), ...login.checks]
  if (login.value === undefined) return [...before, ...existence]
  const repository = `${image.namespace}/${image.name}`
  const tried = { repository, login: login.value, overrides: context.identity.overrides }
  return [...before, ...existence, ...(await checkUse(image, tried, context))]
}

/** The first part of an image's name is no name that anyone chose: it is easily mistaken. */
async function checkNamespace(
  { namespace }: RepositoryName,
  { identity, ports }: RepositoryContext,
): Promise<Check | undefined> {
  const { tenancy } = identity.session
  if (tenancy === undefined) return undefined
  const name = `Namespace ${namespace}`
  try {
    const client = ociClient(identity.session, identity, ports)
    const real = await registryNamespace(client, tenancy)
    if (real === namespace) return works(name, 'It is the tenancy’s.')
    const says = `The namespace of the tenancy is "${real}": the name of a tenancy is another thing.`
    return fails(name, says, [`Name images <host>/${real}/… instead.`])
  } catch (error) {
    if (!(error instanceof ReportedError)) throw error
    // Only who may look at the whole tenancy can ask for it, and nothing else depends on that.
    return untried(name, 'Whether it is the tenancy’s may not be asked; it is not needed.')
  }
}

async function logIn(
  { host }: RepositoryName,
  { identity, ports, statements }: RepositoryContext,
): Promise<Checked<RegistryLogin>> {
  const name = `Log in to ${host}`
  try {
    const login = await registryLogin(identity, host, ports)
    for (const form of basicForms(login.username, login.password)) ports.mask(form)
    const says = `OCIR gave a token until ${login.expiresAt.toISOString()}.`
    return { checks: [works(name, says)], value: login }
  } catch (error) {
    return { checks: [failed(name, error, statements('pull'))], value: undefined }
  }
}

async function checkExistence(
  { name }: RepositoryName,
  context: RepositoryContext,
): Promise<readonly Check[]> {
  const { identity, compartment, ports } = context
  const place = compartment ?? identity.session.tenancy
  const title = `Repository ${name}`
  if (place === undefined)
    return [untried(title, 'The tenancy is not known: give "check-compartment".')]
  let found: ListedRepository | undefined
  try {
    found = await findRepository(ociClient(identity.session, identity, ports), place, name)
  } catch (error) {
    if (!(error instanceof ReportedError)) throw error
    // The right to list is needed to create repositories only; access itself is tried below.
    return context.purposes.includes('create')
      ? [fails(title, 'Repositories may not be listed.', context.statements('create'))]
      : [untried(title, 'Repositories may not be listed; that is not needed.')]
  }
  return [found === undefined ? absent(name, context) : present(title, found)]
}

function present(title: string, { compartment, isPublic }: ListedRepository): Check {
  if (!isPublic) return works(title, `It is private, in ${compartment}.`)
  const says = `It is public: anyone can read its images. It is in ${compartment}.`
  return { name: title, outcome: 'warns', says, fixes: [] }
}

function absent(name: string, { purposes, compartment }: RepositoryContext): Check {
  const title = `Repository ${name}`
  if (purposes.includes('create')) {
    return untried(title, 'It does not exist. Whether it may be created shows when it is created.')
  }
  const says = 'It does not exist there.'
  return fails(title, says, [repositoryCommand(name, compartment)])
}

async function checkUse(
  { name }: RepositoryName,
  tried: TriedRepository,
  context: RepositoryContext,
): Promise<readonly Check[]> {
  const { purposes, ports } = context
  const checks: Check[] = []
  if (purposes.includes('pull')) {
    checks.push(await use('pull', `Read images of ${name}`, () => tryPull(tried, ports)))
  }
  if (purposes.includes('push')) {
    checks.push(await use('push', `Write images to ${name}`, () => tryPush(tried, ports)))
  }
  return checks

  async function use(
    purpose: Purpose,
    title: string,
    attempt: () => Promise<'allowed' | 'refused' | 'missing'>,
  ): Promise<Check> {
    try {
      const outcome = await attempt()
      if (outcome === 'allowed') return works(title, 'The registry allows it.')
      if (outcome === 'missing') return untried(title, 'The repository does not exist.')
      return fails(title, 'The registry refuses it.', context.statements(purpose))
    } catch (error) {
      return failed(title, error)
    }
  }
}
