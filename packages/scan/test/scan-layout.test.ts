import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { ServiceError } from '@oke-pipeline/core'
import { recordingRunner } from '@oke-pipeline/testing'
import { scanLayout } from '../src/index.ts'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scan-layout-'))
  await mkdir(join(folder, 'temp'))
  await mkdir(join(folder, 'workspace'))
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

/** Scans with a shell script in place of Grype; its arguments are Grype's. */
async function scanWith(script: string, timeoutSeconds = 20): Promise<string> {
  const grype = join(folder, 'grype')
  await writeFile(grype, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  const { exec, files } = recordingRunner({ folder })
  const layout = join(folder, 'layout')
  const request = { grype, layout, platform: undefined, databaseMaxAgeSeconds: 1, timeoutSeconds }
  return scanLayout(request, { exec, files })
}

describe('scanLayout', () => {
  it('gives the text that was written to the report file', async () => {
    // config is $2, the report $6.
    expect(await scanWith('echo "report beside $2" > "$6"; echo noise')).toMatch(
      /^report beside .*configuration\.yaml\n$/,
    )
  })

  it('says what Grype said when it fails, without colours', async () => {
    const scan = scanWith(
      'printf "\\033[31mfailed to load db\\033[0m\\n" >&2; echo x > "$6"; exit 1',
    )
    await expect(scan).rejects.toThrow('exit status 1 and said:\nfailed to load db\n')
    await expect(scan).rejects.toThrow(ServiceError)
  })

  it('fails when Grype fails without a word', async () => {
    await expect(scanWith('exit 2')).rejects.toThrow('exit status 2 and gave no reason')
  })

  it('fails when no report was written', async () => {
    await expect(scanWith('exit 0')).rejects.toThrow('Grype wrote no report')
  })

  it('fails when Grype is killed, even after it wrote a report', async () => {
    await expect(scanWith('echo "{}" > "$6"; kill -KILL $$')).rejects.toThrow(/did not finish/)
  })

  it('fails when Grype takes too long', async () => {
    await expect(scanWith('exec sleep 20', 0.2)).rejects.toThrow(
      /did not finish: It was ended by SIGTERM/,
    )
  })
})
