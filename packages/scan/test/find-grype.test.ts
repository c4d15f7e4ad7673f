import { describe, expect, it } from '@jest/globals'
import { ConfigurationError } from '@oke-pipeline/core'
import type { Exec } from '@oke-pipeline/core'
import { recordingLog } from '@oke-pipeline/testing'
import { findGrype, grypeVersions, isAtLeastVersion, releaseArchive } from '../src/index.ts'
import type { FoundGrype, GrypeChoice } from '../src/index.ts'

/** Answers `version` as programs of these names would. */
function programs(answers: Readonly<Record<string, string>>): Exec {
  return {
    run({ file }) {
      const stdout = answers[file]
      if (stdout !== undefined) return Promise.resolve({ exitCode: 0, stdout, stderr: '' })
      const missing = { title: `Program "${file}" was not found`, explanation: 'It is not there.' }
      return Promise.reject(new ConfigurationError(missing))
    },
  }
}

function says(version: string): string {
  return JSON.stringify({ application: 'grype', version })
}

function find(choice: Partial<GrypeChoice>, exec: Exec): Promise<FoundGrype> {
  const download = (version: string): Promise<string> => Promise.resolve(`/unpacked/${version}`)
  const log = recordingLog([])
  return findGrype({ file: undefined, version: undefined, ...choice }, { exec, log, download })
}

const downloaded = { file: '/unpacked/0.120.1', version: '0.120.1', origin: 'release' }

describe('findGrype', () => {
  it.each([
    { name: 'nothing in PATH', exec: programs({}), choice: {}, found: downloaded },
    {
      name: 'a good version in PATH',
      exec: programs({ grype: says('0.121.2') }),
      choice: {},
      found: { file: 'grype', version: '0.121.2', origin: 'PATH' },
    },
    {
      name: 'an old version in PATH',
      exec: programs({ grype: says('0.87.0') }),
      choice: {},
      found: downloaded,
    },
    {
      name: 'a build without a version in PATH',
      exec: programs({ grype: says('[not provided]') }),
      choice: {},
      found: downloaded,
    },
    {
      name: 'another version in PATH than the one wanted',
      exec: programs({ grype: says('0.121.2') }),
      choice: { version: '0.120.0' as const },
      found: { file: '/unpacked/0.120.0', version: '0.120.0', origin: 'release' },
    },
    {
      name: 'the version wanted in PATH',
      exec: programs({ grype: says('0.120.0') }),
      choice: { version: '0.120.0' as const },
      found: { file: 'grype', version: '0.120.0', origin: 'PATH' },
    },
    {
      name: 'a program that is given, whatever its version',
      exec: programs({ grype: says('0.121.2'), '/opt/grype': says('[not provided]') }),
      choice: { file: '/opt/grype' },
      found: { file: '/opt/grype', version: '[not provided]', origin: 'input' },
    },
  ])('$name', async ({ exec, choice, found }) => {
    expect(await find(choice, exec)).toEqual(found)
  })

  it('refuses a given program that is not there', async () => {
    await expect(find({ file: '/opt/grype' }, programs({}))).rejects.toThrow(
      'Grype "/opt/grype" was not found',
    )
  })

  it.each(['', 'true', '{"application":"syft","version":"1.0.0"}'])(
    'refuses a given program that answers %j',
    async (answer) => {
      await expect(find({ file: '/opt/x' }, programs({ '/opt/x': answer }))).rejects.toThrow(
        'Program "/opt/x" is not Grype',
      )
    },
  )
})

describe('isAtLeastVersion', () => {
  it.each([
    { version: '0.119.0', oldest: '0.119.0', expected: true },
    { version: 'v0.119.1', oldest: '0.119.0', expected: true },
    { version: '0.120.0', oldest: '0.119.9', expected: true },
    { version: '0.118.9', oldest: '0.119.0', expected: false },
    { version: '0.9.0', oldest: '0.119.0', expected: false },
    { version: '1.0.0', oldest: '0.119.0', expected: false },
    { version: '0.119', oldest: '0.119.0', expected: false },
    { version: '[not provided]', oldest: '0.119.0', expected: false },
  ])('$version is at least $oldest: $expected', ({ version, oldest, expected }) => {
    expect(isAtLeastVersion(version, oldest)).toBe(expected)
  })
})

describe('releaseArchive', () => {
  it('has a checksum of its own for each version and processor', () => {
    const archives = grypeVersions.flatMap((version) => [
      releaseArchive(version, 'x64'),
      releaseArchive(version, 'arm64'),
    ])
    expect(new Set(archives.map(({ sha256 }) => sha256)).size).toBe(archives.length)
    for (const { sha256 } of archives) expect(sha256).toMatch(/^[0-9a-f]{64}$/)
  })
})
