import { join } from 'node:path'
import type { BuildRecord } from '../build-record.ts'
import type { BuildPorts, BuildRequest } from '../build-request.ts'
import { buildctlArguments } from './buildctl-arguments.ts'
import { runClient } from './buildkit-client.ts'
import type { Finding } from './engine.ts'
import { namedContexts } from './named-contexts.ts'
import { isAtLeast, saidBy, tryProgram, versionIn } from './try-program.ts'

/** The first version that tells its progress as JSON. */
const leastVersion = '0.13'

/** Finds out whether BuildKit can be used directly: buildctl, and a daemon at BUILDKIT_HOST. */
export async function findBuildctlEngine(ports: BuildPorts): Promise<Finding> {
  const client = await tryProgram({ file: 'buildctl', args: ['--version'] }, ports)
  const version = client === undefined ? undefined : versionIn(client.stdout)
  if (version === undefined) return notUsable('the program "buildctl" is not there')
  if (!isAtLeast(version, leastVersion)) {
    return notUsable(`buildctl ${version} is older than ${leastVersion}`)
  }
  const daemon = await ports.exec.run({ file: 'buildctl', args: ['debug', 'workers'] })
  const address = ports.environment.BUILDKIT_HOST ?? 'its default address'
  if (daemon.exitCode !== 0) {
    return notUsable(`no BuildKit daemon answers at ${address}: ${saidBy(daemon)}`)
  }
  const title = `buildctl ${version}`
  return {
    engine: { title, build: (request) => buildWithBuildctl(request, title, ports) },
    because: `a BuildKit daemon answers at ${address}`,
  }
}

function notUsable(because: string): Finding {
  return { engine: undefined, because }
}

async function buildWithBuildctl(
  request: BuildRequest,
  title: string,
  ports: BuildPorts,
): Promise<BuildRecord> {
  const metadata = join(await ports.files.temporaryFolder('buildctl'), 'metadata.json')
  const contexts = await namedContexts(request)
  const args = buildctlArguments(request, { metadata, contexts })
  return runClient({ file: 'buildctl', args, metadata, title }, request, ports)
}
