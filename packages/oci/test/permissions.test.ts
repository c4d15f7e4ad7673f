import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import {
  environmentSubject,
  isPinned,
  ociCommands,
  parsePolicySubject,
  permissions,
  planStatements,
  policyStatements,
  purposes,
  terraformModules,
  terraformPolicy,
  terraformStatements,
  trustDocument,
} from '@oke-pipeline/oci'
import type { AccessPlan } from '@oke-pipeline/oci'

const group = { named: "group 'Default'/'deployers'" }
const compartment = 'ocid1.compartment.oc1..aaaateam'
const cluster = 'ocid1.cluster.oc1.iad.aaaacluster'
const plan: AccessPlan = {
  purposes,
  parts: {
    repositories: ['team/app', 'team/other'],
    cluster,
    key: 'ocid1.key.oc1.iad.vault.aaaa',
    compartment,
  },
  subject: group,
  trust: {
    subjects: [environmentSubject('acme/shop', 'it\'s $HOME `ls` "prod"')],
    audience: 'https://cloud.oracle.com',
  },
  domainUrl: 'https://idcs-0.identity.oraclecloud.com',
  tenancy: 'ocid1.tenancy.oc1..aaaa',
}

describe('policyStatements', () => {
  const push = permissions.find(({ purpose }) => purpose === 'push') ?? {
    allows: '',
    narrowedTo: undefined,
  }

  it.each([
    {
      name: 'one for each repository',
      parts: { repositories: ['a', 'b'], compartment },
      subject: group,
      statements: ['a', 'b'].map(
        (name) =>
          `Allow group 'Default'/'deployers' to ${push.allows} in compartment id ${compartment} where target.repo.name='${name}'`,
      ),
    },
    {
      name: 'a user without a group',
      parts: { repositories: ['a'] },
      subject: { user: 'ocid1.user.oc1..u' },
      statements: [
        `Allow any-user to ${push.allows} in tenancy where all {request.user.id='ocid1.user.oc1..u', target.repo.name='a'}`,
      ],
    },
    {
      name: 'a resource, and nothing to narrow it to',
      parts: { repositories: [], compartment: 'ocid1.tenancy.oc1..t' },
      subject: { resource: 'ocid1.instance.oc1.iad.i' },
      statements: [
        `Allow any-user to ${push.allows} in tenancy where request.principal.id='ocid1.instance.oc1.iad.i'`,
      ],
    },
  ])('writes $name', ({ parts, subject, statements }) => {
    expect(policyStatements(push, parts, subject)).toEqual(statements)
  })

  it('lets the service that scans read the images, whoever the identity is', () => {
    const statements = planStatements({
      ...{ purposes: ['scan-target'], subject: { user: 'ocid1.user.oc1..u' } },
      parts: { repositories: ['team/app'], compartment },
    })
    expect(statements.slice(1)).toEqual(
      ['repos', 'compartments'].map(
        (what) =>
          `Allow service vulnerability-scanning-service to read ${what} in compartment id ${compartment}`,
      ),
    )
    expect(statements[0]).toMatch(/^Allow any-user to \{VSS_.*\} in .* where request\.user\.id=/)
  })

  it('never allows a whole family, or the management of all repositories', () => {
    const all = planStatements(plan)
    expect(all).toHaveLength(13)
    for (const statement of all) {
      expect(statement).toContain(`in compartment id ${compartment}`)
      expect(statement).not.toMatch(
        /to manage (?:all-resources|clusters|repos in .*(?<!where .*)$)/,
      )
    }
  })
})

describe('parsePolicySubject', () => {
  it.each([
    "group 'Default'/'github-deployers'",
    'group deployers',
    'group Default/deployers',
    "dynamic-group 'Default'/'runners'",
    'group id ocid1.group.oc1..aaaa',
  ])('takes %s', (text) => {
    expect(parsePolicySubject(text)).toEqual({ named: text })
  })

  it.each(['deployers', 'any-user', "group x to manage all-resources in tenancy'", 'group', ''])(
    'refuses "%s"',
    (text) => {
      expect(() => parsePolicySubject(text)).toThrow('is not what a policy can name')
    },
  )
})

describe('the trust', () => {
  it.each([
    { subject: 'repo:acme/shop:environment:production', pinned: true },
    { subject: 'repo:acme@1/shop@2:environment:production', pinned: true },
    { subject: 'repo:acme/shop:environment:*', pinned: false },
    { subject: 'repo:acme/shop:ref:refs/heads/main', pinned: false },
    { subject: 'repo:acme/shop:pull_request', pinned: false },
  ])('is pinned by $subject: $pinned', ({ subject, pinned }) => {
    expect(isPinned(subject)).toBe(pinned)
  })

  it('has a rule for each subject, unquoted', () => {
    const subjects = ['dev', 'production'].map((name) => environmentSubject('acme/shop', name))
    const trust = { subjects, audience: 'x' }
    expect(trustDocument(trust, { client: 'app', user: 'id' })).toMatchObject({
      type: 'JWT',
      active: true,
      oauthClients: ['app'],
      clientClaimName: 'aud',
      clientClaimValues: ['x'],
      impersonationServiceUsers: [
        { rule: 'sub eq repo:acme/shop:environment:dev', value: 'id' },
        { rule: 'sub eq repo:acme/shop:environment:production', value: 'id' },
      ],
    })
  })
})

describe('Terraform', () => {
  it('has the same policies in the module as in the plan', () => {
    const values: Readonly<Record<string, string>> = {
      'local.subject': group.named,
      'var.compartment': compartment,
      'var.cluster': cluster,
      'var.key': plan.parts.key ?? '',
    }
    const written = [...terraformStatements().matchAll(/(for repository .*: )?"(Allow [^"]*)"/g)]
    const statements = written.flatMap(([, loop, text = '']) => {
      const filled = text.replaceAll(
        /\$\{([a-z.]+)\}/g,
        (whole, name: string) => values[name] ?? whole,
      )
      const names = loop === undefined ? [''] : plan.parts.repositories
      return names.map((name) => filled.replace('${repository}', name))
    })
    expect(statements).toEqual(planStatements(plan))
  })

  it('does not interpolate what it is given', () => {
    const subjects = ['repo:acme/shop:environment:${file("x")}%{if true}']
    const trust = { subjects, audience: 'x' }
    const text = terraformModules({ ...plan, trust }, ['shop'])
    expect(text).toContain(String.raw`environment:$${'$'}{file(\"x\")}%%{if true}`)
    expect(text).toContain('module "oke_pipeline_rbac"')
    expect(terraformPolicy(plan).match(/"Allow /g)).toHaveLength(13)
  })
})

describe('the commands for OCI CLI', () => {
  it('say to OCI CLI what the plan says, whatever is in its values', async () => {
    const { calls, said } = await runCommands(ociCommands(plan))
    expect(said).toContain('oci-client-id is made by /Apps')
    const bodies = calls
      .filter((call) => call[0] === 'raw-request')
      .map((call) => [valueOf('--target-uri', call).split('/').at(-1), bodyOf(call)] as const)
    expect(bodies.map(([path]) => path)).toEqual([
      'Apps',
      'Users',
      'Groups',
      'IdentityPropagationTrusts',
    ])
    const user = 'made by /Users'
    const parts = { client: 'made by /Apps', user }
    const { trust } = plan
    expect(bodies[1]?.[1]).toMatchObject({
      'urn:ietf:params:scim:schemas:oracle:idcs:extension:user:User': { serviceUser: true },
    })
    expect(bodies[2]?.[1]).toMatchObject({ members: [{ type: 'User', value: user }] })
    expect(bodies[3]?.[1]).toEqual(trust && trustDocument(trust, parts))
    const policy = calls.find((call) => call[0] === 'iam') ?? []
    expect(JSON.parse(valueOf('--statements', policy))).toEqual(planStatements(plan))
    const repositories = calls.filter((call) => call[0] === 'artifacts')
    expect(repositories.map((call) => valueOf('--display-name', call))).toEqual([
      'team/app',
      'team/other',
    ])
    expect(repositories.map((call) => valueOf('--is-public', call))).toEqual(['false', 'false'])
  })
})

interface Ran {
  /** What OCI CLI was called with. */
  readonly calls: readonly (readonly string[])[]
  readonly said: string
}

/** Runs the commands with a program in the place of OCI CLI. */
async function runCommands(commands: string): Promise<Ran> {
  const folder = await mkdtemp(join(tmpdir(), 'oci-commands-'))
  try {
    const log = join(folder, 'calls')
    const program = [
      '#!/usr/bin/env bash',
      `printf '%s\\0' "$@" >> '${log}'; printf '\\n\\0' >> '${log}'`,
      'if [ "$1" = raw-request ]; then echo "made by /${5##*/}"; fi',
    ]
    await writeFile(join(folder, 'oci'), program.join('\n'))
    await chmod(join(folder, 'oci'), 0o755)
    await writeFile(join(folder, 'setup.sh'), commands)
    const environment = { PATH: `${folder}:${process.env.PATH ?? ''}`, HOME: folder }
    const script = join(folder, 'setup.sh')
    const { stdout } = await promisify(execFile)('bash', [script], { env: environment })
    const text = await readFile(log, 'utf8')
    const calls = text
      .split('\n\0')
      .map((call) => call.split('\0').slice(0, -1))
      .filter((call) => call.length > 0)
    return { calls, said: stdout }
  } finally {
    await rm(folder, { recursive: true })
  }
}

function valueOf(option: string, call: readonly string[]): string {
  return call[call.indexOf(option) + 1] ?? ''
}

function bodyOf(call: readonly string[]): unknown {
  return JSON.parse(valueOf('--request-body', call)) as unknown
}
