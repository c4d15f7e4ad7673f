import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { messageOf } from '@oke-pipeline/core'
import type { FakeScanTarget } from '@oke-pipeline/testing'
import { post } from '../src/post.ts'
import {
  apiKey,
  cluster,
  compartment,
  describedRegion,
  startJob,
  subject,
  tenancy,
  user,
  vaultKey,
} from './job.ts'
import type { Job, Step } from './job.ts'

const image = 'iad.ocir.io/acme/team/app'
const all = {
  check: 'true',
  cluster,
  'check-repository': image,
  'check-namespace': 'shop',
  'check-compartment': compartment,
  'check-key': vaultKey.id,
  'check-for': 'pull, push, deploy, scan, sign',
}
const enough = ['manage repos', 'use clusters', 'read vss-family', 'use keys']
const forUser = `where all {request.user.id='${user}', `

interface Failure {
  readonly check: string
  readonly says: string
  readonly fixes: readonly string[]
}

function failures({ runner }: Step): readonly Failure[] {
  return JSON.parse(runner.outputs['check-failures'] ?? '') as readonly Failure[]
}

function fixFor(step: Step, check: string): readonly string[] | undefined {
  return failures(step).find((failure) => failure.check === check)?.fixes
}

describe('oci-auth with check: true', () => {
  it('is green where the identity can do what it is for, and leaves no session', async () => {
    await using job = await startJob(enough)
    const given = { check: 'true', 'check-repository': image }
    const { runner, error } = await job.run(given)
    expect(error).toBeUndefined()
    expect(runner.outputs).toMatchObject({
      identity: 'github-oidc',
      region: 'us-ashburn-1',
      tenancy,
      'config-file': '',
      'check-result': 'passed',
      'check-failures': '[]',
    })
    expect(runner.variables).toEqual({})
    const summary = runner.summary.join('')
    expect(summary).toContain('Access to Oracle Cloud: all that is needed works')
    expect(summary).toMatch(/Write images to team\/app \| works \|/)
    const files = await readdir(join(job.folder, 'temp'), { recursive: true })
    expect(files.filter((name) => /token|key\.pem|config/.test(name))).toEqual([])
    await post(runner)
    expect(await readdir(join(job.folder, 'temp'))).toEqual([])
  })

  it('gives up the upload by which it tries to push', async () => {
    await using job = await startJob(enough)
    await job.run({ check: 'true', 'check-repository': image })
    const uploads = job.oci.seen.filter(({ target }) => target.includes('/blobs/uploads/'))
    expect(uploads.map(({ method, target }) => `${method} ${target}`)).toEqual([
      'POST /v2/acme/team/app/blobs/uploads/',
      'DELETE /v2/acme/team/app/blobs/uploads/upload-0',
    ])
  })

  it.each([
    {
      check: 'Log in to iad.ocir.io',
      grants: ['use clusters', 'read vss-family', 'use keys'],
      policy: `Allow any-user to read repos in compartment id ${compartment} ${forUser}target.repo.name='team/app'}`,
    },
    {
      check: 'Write images to team/app',
      grants: ['read repos', 'use clusters', 'read vss-family', 'use keys'],
      policy: `Allow any-user to {REPOSITORY_INSPECT, REPOSITORY_READ, REPOSITORY_UPDATE} in compartment id ${compartment} ${forUser}target.repo.name='team/app'}`,
    },
    {
      check: 'Find the cluster',
      grants: ['manage repos', 'read vss-family', 'use keys'],
      policy: `Allow any-user to use clusters in compartment id ${compartment} ${forUser}target.cluster.id='${cluster}'}`,
    },
    {
      check: 'Read the results of OCI’s scans',
      grants: ['manage repos', 'use clusters', 'use keys'],
      policy: `Allow any-user to read vss-family in compartment id ${compartment} where request.user.id='${user}'`,
    },
    {
      check: 'Sign with the key in OCI Vault',
      grants: ['manage repos', 'use clusters', 'read vss-family'],
      policy: `Allow any-user to use keys in compartment id ${compartment} ${forUser}target.key.id='${vaultKey.id}'}`,
    },
  ])('names the policy that is missing: $check', async ({ check, grants, policy }) => {
    await using job = await startJob(grants)
    const step = await job.run(all)
    expect(fixFor(step, check)).toContain(policy)
    expect(messageOf(step.error)).toContain(policy)
    expect(step.runner.outputs['check-result']).toBe('failed')
  })

  it('writes the policies for the group that is given', async () => {
    await using job = await startJob(['read repos'])
    const step = await job.run({
      check: 'true',
      'check-repository': image,
      'check-group': "group 'Default'/'deployers'",
    })
    expect(fixFor(step, 'Write images to team/app')).toEqual([
      "Allow group 'Default'/'deployers' to {REPOSITORY_INSPECT, REPOSITORY_READ, REPOSITORY_UPDATE} in tenancy where target.repo.name='team/app'",
    ])
  })

  it('names the rule that the trust lacks, and goes no further', async () => {
    const sub = 'repo:acme/other:environment:production'
    await using job = await startJob(enough, { sub })
    const step = await job.run(all)
    expect(failures(step).map(({ check }) => check)).toEqual(['Token exchange'])
    expect(fixFor(step, 'Token exchange')).toEqual([`sub eq ${sub}`])
    const trust = await setupFile(job, step, 'trust.json')
    expect(JSON.parse(trust)).toMatchObject({
      issuer: 'https://token.actions.githubusercontent.com',
      clientClaimValues: ['https://cloud.oracle.com'],
      impersonationServiceUsers: [{ rule: `sub eq ${sub}` }],
    })
  })

  it('says that a job without an environment cannot be told from others', async () => {
    await using job = await startJob(enough, { sub: 'repo:acme/shop:ref:refs/heads/main' })
    const { runner } = await job.run({ check: 'true' })
    expect(runner.summary.join('')).toMatch(/Job of one environment \| \*\*look\*\* \|/)
  })

  it('names the YAML that is missing where the job gets no token', async () => {
    await using job = await startJob(enough)
    const step = await job.run({ check: 'true' }, { ACTIONS_ID_TOKEN_REQUEST_URL: '' })
    const [failure] = failures(step)
    expect(failure).toMatchObject({ check: 'Token of this workflow' })
    expect(failure?.says).toContain('id-token: write')
  })

  it('tells the namespace of the tenancy from its name', async () => {
    await using job = await startJob(enough)
    const step = await job.run({
      check: 'true',
      'check-repository': 'iad.ocir.io/acmecorp/team/app',
    })
    expect(failures(step)).toMatchObject([
      { check: 'Namespace acmecorp', says: expect.stringContaining('is "acme"') },
    ])
  })

  it('gives the command that makes a repository which does not exist', async () => {
    await using job = await startJob(enough)
    const step = await job.run({
      check: 'true',
      'check-repository': 'iad.ocir.io/acme/team/new',
      'check-compartment': compartment,
    })
    expect(fixFor(step, 'Repository team/new')).toEqual([
      `oci artifacts container repository create --compartment-id '${compartment}' --display-name 'team/new' --is-public false --is-immutable true`,
    ])
  })

  describe('for "scan-target"', () => {
    const given = {
      ...{ check: 'true', 'check-for': 'scan-target' },
      ...{ 'check-repository': image, 'check-compartment': compartment },
    }
    const target: FakeScanTarget = {
      ...{ id: 'ocid1.vsscontainerscantarget.oc1.iad.1', displayName: 'pipeline' },
      ...{ compartmentId: compartment, containerScanRecipeId: 'ocid1.recipe.oc1.iad.1' },
      targetRegistry: { type: 'OCIR', compartmentId: compartment, repositories: ['team/app'] },
    }

    it('says which target has the repository, and writes the policies of the service', async () => {
      await using job = await startJob(enough, { scanTargets: [target] })
      const step = await job.run(given)
      expect(step.error).toBeUndefined()
      expect(step.runner.summary.join('')).toContain('Target "pipeline" has it.')
      expect(await setupFile(job, step, 'policies.txt')).toContain(
        `Allow service vulnerability-scanning-service to read repos in compartment id ${compartment}\n`,
      )
    })

    it('does not create one, to see whether it may', async () => {
      await using job = await startJob(enough)
      const step = await job.run(given)
      expect(step.error).toBeUndefined()
      expect(step.runner.summary.join('')).toContain('No target in the compartment has it')
    })

    it.each([
      { name: 'targets may not be listed', grants: ['manage repos'], state: 'ACTIVE' },
      { name: 'the target failed', grants: enough, state: 'FAILED' },
    ])('names the policies where $name', async ({ grants, state }) => {
      const scanTargets = [{ ...target, lifecycleState: state }]
      await using job = await startJob(grants, { scanTargets })
      const fixes = fixFor(await job.run(given), 'Scans of team/app by OCI') ?? []
      expect(fixes[0]).toMatch(/^Allow any-user to \{VSS_CONTAINERSCANTARGET_INSPECT, /)
      expect(fixes[1]).toMatch(/^Allow service vulnerability-scanning-service to read repos in /)
    })

    it('needs the compartment and the repository', async () => {
      await using job = await startJob(enough)
      const { error } = await job.run({ check: 'true', 'check-for': 'scan-target' })
      expect(messageOf(error)).toContain('needs "check-repository"')
      expect(messageOf(error)).toContain('needs "check-compartment"')
    })
  })

  it('knows the registry of a region that only OCI_REGION_METADATA describes', async () => {
    await using job = await startJob(enough)
    const repository = 'ocir.eu-acme-1.oci.cloud.acme.example/acme/team/app'
    const given = { check: 'true', 'oci-region': '', 'check-repository': repository }
    const known = { OCI_CLI_REGION: 'eu-acme-1', OCI_REGION_METADATA: describedRegion }
    const step = await job.run(given, known)
    expect(step.error).toBeUndefined()
    expect(step.runner.outputs).toMatchObject({ region: 'eu-acme-1', 'check-result': 'passed' })
    const { error } = await job.run(given)
    expect(messageOf(error)).toContain('expected a host of OCIR, such as iad.ocir.io')
  })

  it('checks an API key as well', async () => {
    await using job = await startJob(enough)
    const step = await job.run({
      check: 'true',
      'oci-auth': 'api-key',
      'oci-tenancy': tenancy,
      'oci-user': user,
      'oci-private-key': apiKey,
      'check-repository': image,
    })
    expect(step.error).toBeUndefined()
    expect(step.runner.summary.join('')).toMatch(/Identity in OCI \| works \|/)
  })

  it('writes all that the identity needs, for OCI CLI, Terraform and kubectl', async () => {
    await using job = await startJob(['manage repos', 'read vss-family', 'use keys'])
    const step = await job.run(all)
    const folder = step.runner.outputs['check-files'] ?? ''
    expect((await readdir(folder)).sort()).toEqual([
      'modules.tf',
      'policies.txt',
      'policy.tf',
      'rbac.yml',
      'setup.sh',
      'trust.json',
    ])
    const policies = (await setupFile(job, step, 'policies.txt')).trim().split('\n')
    expect(policies).toHaveLength(6)
    for (const policy of policies) {
      expect(await setupFile(job, step, 'setup.sh')).toContain(policy.replaceAll("'", `'\\''`))
      expect(await setupFile(job, step, 'policy.tf')).toContain(JSON.stringify(policy))
    }
    expect(await setupFile(job, step, 'modules.tf')).toContain(JSON.stringify(subject))
    expect(await setupFile(job, step, 'rbac.yml')).toContain(`name: '${user}'`)
  })

  it.each([
    { given: { 'check-repository': image }, says: 'is only used with "check: true"' },
    { given: { check: 'true', 'check-for': 'deploy' }, says: 'needs "cluster"' },
    { given: { check: 'true', 'check-namespace': 'shop' }, says: 'needs "cluster"' },
    { given: { check: 'true', 'registry-login': 'true' }, says: 'leaves no login behind' },
    { given: { check: 'true', 'check-repository': 'team/app' }, says: 'iad.ocir.io/acme/team/app' },
    { given: { check: 'true', 'check-group': 'deployers' }, says: 'a group, such as' },
    { given: { check: 'true', 'check-group': "group x' to manage all" }, says: 'a group, such as' },
  ])('refuses $given', async ({ given, says }) => {
    await using job = await startJob(enough)
    const { error, runner } = await job.run(given)
    expect(messageOf(error)).toContain(says)
    expect(runner.outputs).toEqual({})
    expect(job.oci.seen).toEqual([])
  })
})

async function setupFile(job: Job, { runner }: Step, name: string): Promise<string> {
  const folder = runner.outputs['check-files'] ?? ''
  expect(folder.startsWith(join(job.folder, 'temp'))).toBe(true)
  return readFile(join(folder, name), 'utf8')
}
