import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { trustDocument, trustRule } from '@oke-pipeline/oci'

const folder = join(import.meta.dirname, '../../examples/terraform')

/** What a block of Terraform sets, each as it is written. */
function attributesOf(block: string): ReadonlyMap<string, string> {
  return new Map(
    [...block.matchAll(/^ *(\w+) += (.+)$/gm)].map(([, name = '', value = '']) => [name, value]),
  )
}

describe('examples/terraform', () => {
  it('makes the trust that the check of oci-auth writes', async () => {
    const text = await readFile(join(folder, 'identity.tf'), 'utf8')
    const [, block = ''] =
      /"oci_identity_domains_identity_propagation_trust" "github" \{([^]*?)\n\}/.exec(text) ?? []
    const written = attributesOf(block)
    const trust = trustDocument({ subjects: ['SUBJECT'], audience: 'AUDIENCE' }, parts)
    const { name, impersonationServiceUsers, ...rest } = trust
    expect(name).toBe('github-actions')
    expect(impersonationServiceUsers).toEqual([{ rule: trustRule('SUBJECT'), value: 'USER' }])
    expect(written.get('rule')).toBe('"sub eq ${impersonation_service_users.value}"')
    const expected = Object.entries(rest).map(([key, value]) => [snakeCase(key), terraform(value)])
    for (const [key = '', value] of expected) expect([key, written.get(key)]).toEqual([key, value])
  })
})

const parts = { client: 'CLIENT', user: 'USER' }

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function terraform(value: unknown): string {
  return JSON.stringify(value)
    .replace('"CLIENT"', 'oci_identity_domains_app.github.name')
    .replace('"AUDIENCE"', 'var.audience')
}
