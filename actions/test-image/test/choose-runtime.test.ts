import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { ConfigurationError, systemExec } from '@oke-pipeline/core'
import { chooseRuntime } from '../src/runtime/choose-runtime.ts'
import type { RuntimeName } from '../src/runtime/runtime.ts'
import { newJob } from './test-harness.ts'

type Scripts = Partial<Readonly<Record<RuntimeName, string>>>

/** Chooses where the runtimes on PATH are these scripts. */
async function choose(wanted: 'auto' | RuntimeName, scripts: Scripts): Promise<unknown> {
  await using job = await newJob()
  const bin = join(job.folder, 'bin')
  await mkdir(bin)
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  }
  // Nothing but the scripts is on PATH: not the machine's own runtimes either.
  const exec = systemExec({ PATH: bin }, new AbortController().signal)
  return await chooseRuntime(wanted, { exec })
}

const works = { docker: 'echo 28.2.2', podman: 'echo podman version 5.8.4', nerdctl: 'echo v2.1.6' }
const noDaemon = 'echo "Cannot connect to the Docker daemon" >&2; exit 1'
const noContainerd = 'echo "cannot access containerd" >&2; exit 1'

describe('chooseRuntime', () => {
  it.each<{ name: string; wanted: 'auto' | RuntimeName; scripts: Scripts; chosen: object }>([
    {
      name: 'docker first',
      wanted: 'auto',
      scripts: works,
      chosen: {
        name: 'docker',
        version: '28.2.2',
        because: 'it works here, and is looked for first',
      },
    },
    {
      name: 'podman where no daemon answers',
      wanted: 'auto',
      scripts: { ...works, docker: noDaemon },
      chosen: {
        name: 'podman',
        version: '5.8.4',
        because: 'it works here; docker says "Cannot connect to the Docker daemon"',
      },
    },
    {
      name: 'nerdctl where the others are too old',
      wanted: 'auto',
      scripts: {
        docker: 'echo 19.03.15',
        podman: 'echo podman version 3.4.4',
        nerdctl: 'echo 1.6.20',
      },
      chosen: {
        name: 'nerdctl',
        version: '1.6.20',
        because: 'it works here; docker 19.03.15 is too old; podman 3.4.4 is too old',
      },
    },
    {
      name: 'the one that is named',
      wanted: 'podman',
      scripts: works,
      chosen: { name: 'podman', version: '5.8.4', because: 'the input "runtime" names it' },
    },
  ])('takes $name', async ({ wanted, scripts, chosen }) => {
    await expect(choose(wanted, scripts)).resolves.toEqual(chosen)
  })

  it.each<{ name: string; wanted: 'auto' | RuntimeName; scripts: Scripts; says: RegExp }>([
    {
      name: 'the named one does not answer, though another would',
      wanted: 'docker',
      scripts: { ...works, docker: noDaemon },
      says: /^docker cannot be used: docker says "Cannot connect .* Install Docker 20\.10/,
    },
    {
      name: 'the named one is too old',
      wanted: 'podman',
      scripts: { podman: 'echo podman version 3.4.4' },
      says: /podman 3\.4\.4 is too old\. Install podman 4 or later/,
    },
    {
      name: 'none works',
      wanted: 'auto',
      scripts: { docker: noDaemon, podman: 'exit 0', nerdctl: noContainerd },
      says: /^Nothing here can run an image: docker says .*; podman gives no version: ""; nerdctl says/,
    },
  ])('fails when $name', async ({ wanted, scripts, says }) => {
    await expect(choose(wanted, scripts)).rejects.toThrow(ConfigurationError)
    await expect(choose(wanted, scripts)).rejects.toThrow(says)
  })
})
