import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual, promisify } from 'node:util'
import { systemClock } from '@oke-pipeline/core'
import { clusterToken } from '@oke-pipeline/oci'
import type { Session } from '@oke-pipeline/oci'
import { authenticateClusterToken } from '@oke-pipeline/testing'
import { root } from '../../scripts/actions.ts'
import { compare } from './paired.ts'
import type { Contestant } from './paired.ts'
import { findOciCli } from './token/oci-cli.ts'
import type { OciCli } from './token/oci-cli.ts'
import { cluster, region, user, writeSessions } from './token/sessions.ts'
import type { Sessions } from './token/sessions.ts'

const rounds = 5
const mintedInProcess = 500
const wantedRatio = 100

/**
 * A token for the API server of a cluster: minted in the process of an action, as deploy-oke does
 * it, and by the credential plugin of oci-auth, against `oci ce cluster generate-token`. All of them
 * sign, and ask nobody. First each token is held to what an API server of OKE would check of it.
 */
export async function benchToken(): Promise<void> {
  const cli = await findOciCli()
  const folder = await mkdtemp(join(tmpdir(), 'oke-pipeline-bench-'))
  try {
    const sessions = await writeSessions(folder)
    const programs = programsOf(cli, sessions)
    for (const program of programs) await checkProgram(program, sessions)
    const inProcess = {
      'an API key': await medianInProcess(sessions.apiKey, sessions),
      'a session': await medianInProcess(sessions.token, sessions),
    }
    const scores = await compare(programs, rounds)
    report(cli, inProcess, scores)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type Figures = Readonly<Record<'an API key' | 'a session', number>>

function report(
  { version }: OciCli,
  inProcess: Figures,
  scores: readonly { readonly name: string; readonly milliseconds: number }[],
): void {
  console.log(`OCI CLI ${version}; programs: median of ${rounds} rounds in turn;`)
  console.log(`in the action’s own process: median of ${mintedInProcess}, RSA with 2048 bits`)
  console.log('| | ms | × in process |\n| --- | --- | --- |')
  for (const [name, milliseconds] of Object.entries(inProcess)) {
    console.log(`| in process, by ${name} | ${milliseconds.toFixed(2)} | 1 |`)
  }
  const slowest = Math.max(...Object.values(inProcess))
  for (const { name, milliseconds } of scores) {
    const ratio = milliseconds / slowest
    console.log(`| ${name} | ${milliseconds.toFixed(0)} | ${ratio.toFixed(0)} |`)
  }
  const ofCli = scores.filter(({ name }) => name.startsWith('oci '))
  const least = Math.min(...ofCli.map(({ milliseconds }) => milliseconds)) / slowest
  console.log(`In process: ${least.toFixed(0)} times as fast (wanted: ≥ ${wantedRatio})`)
  if (!(least >= wantedRatio)) process.exitCode = 1
}

function programsOf(cli: OciCli, { configFile, clusterFile }: Sessions): readonly Contestant[] {
  const plugin = join(root, 'dist/oci-auth/index.js')
  return [
    { name: 'oci ce cluster generate-token, by an API key', ...callOf('APIKEY') },
    {
      name: 'oci ce cluster generate-token, by a session',
      ...callOf('SESSION', '--auth', 'security_token'),
    },
    {
      name: 'the plugin of oci-auth, by a session',
      file: process.execPath,
      args: [plugin, 'cluster-token', clusterFile],
    },
  ]

  function callOf(profile: string, ...more: readonly string[]): Omit<Contestant, 'name'> {
    const what = ['ce', 'cluster', 'generate-token', '--cluster-id', cluster]
    const where = ['--region', region.id, '--config-file', configFile, '--profile', profile]
    const environment = {
      PATH: process.env.PATH ?? '',
      HOME: join(configFile, '..'),
      SUPPRESS_LABEL_WARNING: 'True',
      ...cli.environment,
    }
    return { file: cli.file, args: [...cli.args, ...what, ...where, ...more], environment }
  }
}

/** What a program gives kubectl must be taken by the API server, and be what is made in process. */
async function checkProgram(
  { name, file, args, environment }: Contestant,
  sessions: Sessions,
): Promise<void> {
  if (typeof args === 'function' || typeof environment === 'function')
    throw new TypeError('All rounds are the same')
  const { stdout } = await promisify(execFile)(file, args, { env: environment ?? process.env })
  const { status } = JSON.parse(stdout) as { readonly status: { readonly token: string } }
  checkToken(name, status.token, sessions)
  const parts = partsOf(status.token)
  const clock = { ...systemClock, now: () => new Date(parts.date) }
  for (const session of [sessions.apiKey, sessions.token]) {
    const { token } = await clusterToken({ session, region, overrides: {} }, cluster, clock)
    if (isDeepStrictEqual(partsOf(token), parts)) return
  }
  throw new Error(`${name}: in this process the token of that time is another one`)
}

/** What is in a token; OCI CLI has the parameters of the signature in another order. */
function partsOf(token: string): {
  readonly date: string
  readonly address: string
  readonly parameters: readonly string[]
} {
  const url = new URL(Buffer.from(token, 'base64url').toString())
  const authorization = url.searchParams.get('authorization') ?? ''
  return {
    date: url.searchParams.get('date') ?? '',
    address: `${url.origin}${url.pathname}`,
    parameters: authorization.replace('Signature ', '').split(',').sort(),
  }
}

function checkToken(name: string, token: string, { identity }: Sessions): void {
  const who = authenticateClusterToken(token, cluster, { identity, now: new Date() })
  if (who !== user) throw new Error(`${name}: an API server would not take this token`)
}

async function medianInProcess(session: Session, sessions: Sessions): Promise<number> {
  const times: number[] = []
  for (let count = 0; count < mintedInProcess; count += 1) {
    const start = performance.now()
    const { token } = await clusterToken({ session, region, overrides: {} }, cluster, systemClock)
    times.push(performance.now() - start)
    if (count === 0) checkToken('in process', token, sessions)
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN
}
