import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { openLayout, writeArchive } from '@oke-pipeline/image'
import type { Layout } from '@oke-pipeline/image'
import { currentLab } from '../../../test/setup/lab.ts'
import {
  detachAttestations,
  keepStatement,
  predicateTypes,
  statementOf,
  testResultPredicate,
} from '../src/index.ts'

const lab = currentLab()
let folder = ''
let layout: Layout
let archive = ''

/** A layout as build-image hands it over: built by BuildKit, with statements kept in it. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interop-'))
  const context = join(folder, 'context')
  await mkdir(context)
  const lines = ['FROM busybox:1', 'COPY package.json /app/node_modules/minimist/', 'USER 1000']
  await writeFile(join(context, 'Dockerfile'), `${lines.join('\n')}\n`)
  await writeFile(join(context, 'package.json'), '{"name":"minimist","version":"1.2.5"}')
  const path = join(folder, 'layout')
  const output = `type=oci,tar=false,dest=${path}`
  await tool('buildx', 'build', '--provenance=mode=max', '--output', output, context)
  const built = await openLayout(path)
  await built.verify()
  layout = await detachAttestations(built)
  const image = { name: 'hello', digest: layout.digest }
  const predicate = testResultPredicate({
    ...{ result: 'PASSED', configuration: [], passed: ['answers'] },
    ...{ failed: [], warned: [], url: undefined },
  })
  await keepStatement(layout, statementOf(image, predicateTypes.testResult, predicate))
  archive = join(folder, 'layout.tar')
  await writeArchive(layout, archive)
})

afterAll(() => rm(folder, { recursive: true }))

async function tool(file: string, ...args: readonly string[]): Promise<string> {
  const env = { ...lab.environment, SYFT_CHECK_FOR_APP_UPDATE: 'false' }
  const options = { env, cwd: folder, maxBuffer: 64 * 1024 * 1024 }
  return (await promisify(execFile)(file, args, options)).stdout
}

describe('a layout with statements is read by', () => {
  it('skopeo, as a folder and as a tar', async () => {
    for (const image of [`oci:${layout.path}`, `oci-archive:${archive}`]) {
      const seen = await tool('skopeo', 'inspect', '--format', '{{.Digest}}', image)
      expect(seen.trim()).toBe(layout.digest)
    }
    await tool('skopeo', 'copy', `oci-archive:${archive}`, `oci:${folder}/copied:latest`)
    expect((await openLayout(join(folder, 'copied'))).digest).toBe(layout.digest)
  })

  it('crane, which pushes the same digest', async () => {
    const image = `${lab.registry?.host ?? ''}/interop/app-${randomBytes(4).toString('hex')}:1`
    await tool('crane', 'push', layout.path, image)
    expect((await tool('crane', 'digest', image)).trim()).toBe(layout.digest)
    await tool('crane', 'validate', '--remote', image)
  })

  it('umoci, which unpacks it', async () => {
    const bundle = join(folder, 'bundle')
    await tool('umoci', 'unpack', '--image', `${layout.path}:latest`, bundle)
    const file = join(bundle, 'rootfs/app/node_modules/minimist/package.json')
    expect(await readFile(file, 'utf8')).toContain('minimist')
    const config = JSON.parse(await readFile(join(bundle, 'config.json'), 'utf8')) as unknown
    expect(config).toMatchObject({ process: { user: { uid: 1000 } } })
  })

  it('Grype, as a folder and as a tar', async () => {
    for (const image of [`oci-dir:${layout.path}`, `oci-archive:${archive}`]) {
      const report = await tool('grype', image, '--output', 'json', '--quiet')
      expect(JSON.parse(report)).toMatchObject({
        matches: [{ artifact: { name: 'minimist' } }],
        source: { target: { manifestDigest: layout.digest } },
      })
    }
  })

  it('Trivy', async () => {
    const options = ['--format', 'json', '--quiet', '--scanners', 'vuln', '--skip-db-update']
    const report = await tool('trivy', 'image', '--input', layout.path, ...options)
    const config = layout.images[0]?.manifest.config.digest
    expect(JSON.parse(report)).toMatchObject({ Metadata: { ImageID: config } })
    expect(report).toContain('"PkgName": "minimist"')
  })
})
