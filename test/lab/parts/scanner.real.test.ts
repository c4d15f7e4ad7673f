import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { currentLab } from '../../setup/lab.ts'
import { runCommand, tryCommand } from '../command.ts'
import type { CommandResult } from '../command.ts'

// A first build pulls its base image.
jest.setTimeout(60_000)

const { environment } = currentLab()

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scanner-'))
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

async function buildWith(name: string, version: string): Promise<string> {
  const context = join(folder, `${name}-${version}`)
  await mkdir(context)
  await writeFile(join(context, 'package.json'), JSON.stringify({ name, version }))
  await writeFile(
    join(context, 'Dockerfile'),
    `FROM busybox:1\nCOPY package.json /app/node_modules/${name}/package.json\n`,
  )
  const layout = `${context}.layout`
  const output = `type=oci,dest=${layout},tar=false`
  await runCommand(
    'buildx',
    ['build', '--quiet', '--provenance=false', '--output', output, context],
    {
      environment,
    },
  )
  return layout
}

async function scan(layout: string, ...options: readonly string[]): Promise<CommandResult> {
  return tryCommand('grype', [`oci-dir:${layout}`, '--output', 'json', ...options], { environment })
}

describe('the scanner of the lab', () => {
  it('finds a critical vulnerability of an npm package in an image', async () => {
    const layout = await buildWith('minimist', '1.2.5')
    const { exitCode, stdout } = await scan(layout, '--fail-on', 'critical')
    expect(exitCode).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({
      matches: [
        {
          artifact: { name: 'minimist', version: '1.2.5', type: 'npm' },
          vulnerability: {
            id: 'GHSA-xvch-5gv4-984h',
            severity: 'Critical',
            namespace: 'github:language:javascript',
            fix: { state: 'fixed' },
          },
          relatedVulnerabilities: [{ id: 'CVE-2021-44906' }],
          matchDetails: [{ fix: { suggestedVersion: '1.2.6' } }],
        },
      ],
    })
  })

  it('finds nothing once the package is updated', async () => {
    const layout = await buildWith('minimist', '1.2.6')
    const { exitCode, stdout } = await scan(layout, '--fail-on', 'negligible')
    expect({ exitCode, report: JSON.parse(stdout) as unknown }).toMatchObject({
      exitCode: 0,
      report: { matches: [], descriptor: { db: { status: { valid: true } } } },
    })
  })
})

describe('the second scanner of the lab', () => {
  it('finds the same vulnerability in the same image, by the CVE that Trivy knows it by', async () => {
    const layout = await buildWith('minimist', '1.2.4')
    const { exitCode, stdout } = await tryCommand(
      'trivy',
      ['image', '--quiet', '--scanners', 'vuln', '--format', 'json', '--input', layout],
      { environment },
    )
    expect({ exitCode, report: JSON.parse(stdout) as unknown }).toMatchObject({
      exitCode: 0,
      report: {
        Results: [
          {
            Class: 'lang-pkgs',
            Vulnerabilities: [
              {
                VulnerabilityID: 'CVE-2021-44906',
                VendorIDs: ['GHSA-xvch-5gv4-984h'],
                PkgName: 'minimist',
                FixedVersion: '1.2.6, 0.2.4',
                Severity: 'CRITICAL',
              },
            ],
          },
        ],
      },
    })
  })
})
