import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { ConfigurationError, GateError, systemExec } from '@oke-pipeline/core'
import { recordingRunner } from '@oke-pipeline/testing'
import { findScanner, releasedVersions, scannerArchive, scannerNames } from '../src/index.ts'
import type { Scanner, ScannerChoice, ScannerName } from '../src/index.ts'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'find-scanner-'))
  await Promise.all(['temp', 'workspace', 'bin'].map((name) => mkdir(join(folder, name))))
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

/** Writes a program that says that it is a version of a scanner, and counts how often it is asked. */
async function install(
  name: ScannerName,
  version: string,
  path = join(folder, 'bin', name),
): Promise<string> {
  const answer =
    name === 'grype'
      ? JSON.stringify({ application: 'grype', version })
      : JSON.stringify({ Version: version })
  const script = `#!/bin/sh\necho asked >> "${folder}/asked"\necho '${answer}'\n`
  await writeFile(path, script, { mode: 0o755 })
  return path
}

function find(choice: Partial<ScannerChoice>, cache?: string): Promise<Scanner> {
  const environment = { PATH: `${folder}/bin:/usr/bin:/bin` }
  const runner = recordingRunner({ folder, environment })
  return findScanner(
    { name: 'trivy', file: undefined, version: undefined, ...choice },
    {
      ...runner,
      exec: systemExec(environment, runner.signal),
      environment,
      architecture: 'x64',
      cache,
      toolStore: undefined,
    },
  )
}

describe('findScanner', () => {
  it('takes a good version from PATH, by its full path', async () => {
    const path = await install('trivy', '0.72.0')
    const scanner = await find({})
    expect(scanner).toMatchObject({ name: 'trivy', version: '0.72.0', origin: 'PATH' })
    expect(await scanner.file()).toBe(path)
  })

  it.each([
    { name: 'nothing is in PATH', installed: undefined },
    { name: 'an old version is in PATH', installed: '0.50.0' },
    { name: 'a build without a version is in PATH', installed: 'dev' },
  ])('takes the newest release where $name', async ({ installed }) => {
    if (installed !== undefined) await install('trivy', installed)
    const archive = scannerArchive('trivy', '0.72.0', 'x64')
    expect(await find({})).toMatchObject({
      version: '0.72.0',
      origin: 'release',
      identity: `sha256:${archive?.sha256 ?? ''}`,
    })
  })

  it('takes another version than the one in PATH where it is named', async () => {
    await install('grype', '0.120.1')
    expect(await find({ name: 'grype', version: '0.119.0' })).toMatchObject({
      version: '0.119.0',
      origin: 'release',
    })
  })

  it('takes a program that is named, whatever its version', async () => {
    const file = await install('grype', '[not provided]', join(folder, 'my-grype'))
    const scanner = await find({ name: 'grype', file })
    expect(scanner).toMatchObject({ version: '[not provided]', origin: 'input' })
  })

  it.each([
    { name: 'in PATH', choice: {} },
    { name: 'named by its path', choice: { file: 'trivy' } },
  ])('refuses the malicious version of Trivy $name', async ({ choice }) => {
    await install('trivy', '0.69.4')
    const finding = find(choice)
    await expect(finding).rejects.toThrow(GateError)
    await expect(finding).rejects.toThrow(/Trivy 0\.69\.4 is malicious: .*CVE-2026-33634/)
  })

  it('refuses the malicious version of Trivy where it is asked for', async () => {
    await expect(find({ version: 'v0.69.4' })).rejects.toThrow('is malicious')
  })

  it('refuses a version whose checksum is not known', async () => {
    const finding = find({ name: 'grype', version: '0.1.0' })
    await expect(finding).rejects.toThrow(ConfigurationError)
    await expect(finding).rejects.toThrow(/Grype 0\.1\.0 is not downloaded: .*0\.120\.1/)
  })

  it('refuses a named program that is not there', async () => {
    await expect(find({ file: join(folder, 'nothing') })).rejects.toThrow('was not found')
  })

  it('refuses a named program that is something else', async () => {
    await expect(find({ file: '/bin/true' })).rejects.toThrow('Program "/bin/true" is not Trivy')
  })

  it('asks a program for its version once, until it changes', async () => {
    const cache = join(folder, 'cache')
    const path = await install('trivy', '0.72.0')
    expect(await find({}, cache)).toMatchObject({ version: '0.72.0' })
    expect(await find({}, cache)).toMatchObject({ version: '0.72.0' })
    expect(await readFile(join(folder, 'asked'), 'utf8')).toBe('asked\n')
    await writeFile(path, `#!/bin/sh\necho '{"Version":"0.73.0"}'\n`)
    expect(await find({}, cache)).toMatchObject({ version: '0.73.0' })
  })
})

describe('scannerArchive', () => {
  it('has a checksum of its own for each scanner, version and processor', () => {
    const archives = scannerNames.flatMap((name) =>
      releasedVersions(name).flatMap((version) => [
        scannerArchive(name, version, 'x64'),
        scannerArchive(name, version, 'arm64'),
      ]),
    )
    const sums = archives.map((archive) => archive?.sha256)
    expect(new Set(sums).size).toBe(archives.length)
    for (const sum of sums) expect(sum).toMatch(/^[0-9a-f]{64}$/)
  })

  it('knows where a release is', () => {
    expect(scannerArchive('trivy', '0.72.0', 'arm64')?.url.href).toBe(
      'https://github.com/aquasecurity/trivy/releases/download/v0.72.0/trivy_0.72.0_Linux-ARM64.tar.gz',
    )
  })

  it('has no latest version', () => {
    expect(scannerArchive('trivy', 'latest', 'x64')).toBeUndefined()
    expect(scannerArchive('grype', 'constructor', 'x64')).toBeUndefined()
  })
})
