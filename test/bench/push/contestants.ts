import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { LabUnderTest } from '../../setup/lab.ts'
import type { Contestant } from '../paired.ts'
import { tellingMemory } from '../peak-memory.ts'
import type { PushOptions } from './options.ts'
import type { Place } from './place.ts'

const run = promisify(execFile)

/** Docker takes no image with more layers. */
const mostLayersOfDocker = 125

/** What is pushed where. */
export interface Race {
  readonly place: Place
  /** A prefix of repositories that nobody else uses. */
  readonly prefix: string
  /** The layout of a round. */
  readonly layouts: readonly string[]
  readonly layerCount: number
  /** A temp folder, as the runner gives one to the steps of a job. */
  readonly folder: string
}

/** Those who push: push-ocir first, then the peers that the lab has. */
export function contestantsOf(
  race: Race,
  lab: LabUnderTest,
  options: PushOptions,
): readonly Contestant[] {
  const isForDocker = race.layerCount <= mostLayersOfDocker
  const all = [
    { group: 'crane', contestant: crane(race, lab) },
    { group: 'skopeo', contestant: skopeo(race, lab) },
    ...(isForDocker ? [{ group: 'docker' as const, contestant: docker(race, lab) }] : []),
  ] as const
  const peers = all.filter(
    ({ group }) => options.peers.includes(group) && lab.groups.includes(group),
  )
  return [pushOcir(race, options.bundle), ...peers.map(({ contestant }) => contestant)]
}

function imageOf({ place, prefix }: Race, who: string, round: number): string {
  return `${place.host}/${prefix}/${who}-${round}`
}

function layoutOf({ layouts }: Race, round: number): string {
  return layouts[round] ?? ''
}

function pushOcir(race: Race, bundle: string): Contestant {
  const { folder, place } = race
  const { username, password, caFile } = place.login ?? {}
  return {
    name: 'push-ocir',
    file: process.execPath,
    args: [...tellingMemory, bundle],
    environment: (round) => ({
      GITHUB_WORKSPACE: folder,
      RUNNER_TEMP: folder,
      // For the receipt of the job: who pushes again has pushed in the same job.
      GITHUB_RUN_ID: '1',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_JOB: `push to ${place.host}`,
      INPUT_LAYOUT: layoutOf(race, round),
      INPUT_IMAGE: imageOf(race, 'ours', round),
      INPUT_TAGS: '1',
      ...(username === undefined ? {} : { INPUT_USERNAME: username }),
      ...(password === undefined ? {} : { INPUT_PASSWORD: password }),
      ...(caFile === undefined ? {} : { NODE_EXTRA_CA_CERTS: caFile }),
    }),
  }
}

/** Programs of the lab, with login and authority as Docker's and Go's programs look for them. */
function environmentOf({ place }: Race, lab: LabUnderTest): Readonly<Record<string, string>> {
  const { caFile, dockerConfig } = place.login ?? {}
  return {
    ...lab.environment,
    ...(caFile === undefined ? {} : { SSL_CERT_FILE: caFile }),
    ...(dockerConfig === undefined ? {} : { DOCKER_CONFIG: dockerConfig }),
  }
}

function crane(race: Race, lab: LabUnderTest): Contestant {
  return {
    name: 'crane push',
    file: 'crane',
    args: (round) => ['push', layoutOf(race, round), `${imageOf(race, 'crane', round)}:1`],
    environment: environmentOf(race, lab),
  }
}

function skopeo(race: Race, lab: LabUnderTest): Contestant {
  const { login } = race.place
  const access =
    login === undefined
      ? ['--dest-tls-verify=false']
      : ['--authfile', join(login.dockerConfig, 'config.json')]
  return {
    name: 'skopeo copy',
    file: 'skopeo',
    args: (round) => [
      ...['copy', '--preserve-digests', ...access],
      ...[`oci:${layoutOf(race, round)}`, `docker://${imageOf(race, 'skopeo', round)}:1`],
    ],
    environment: environmentOf(race, lab),
  }
}

function docker(race: Race, lab: LabUnderTest): Contestant {
  return {
    name: 'docker push',
    file: 'docker',
    args: (round) => ['push', '--quiet', `${imageOf(race, 'docker', round)}:1`],
    environment: environmentOf(race, lab),
  }
}

/** Does some work while the images of a race are in Docker's engine, for it to push. */
export async function withImagesInDocker(
  race: Race,
  lab: LabUnderTest,
  work: () => Promise<void>,
): Promise<void> {
  const env = { ...lab.environment }
  const images = race.layouts.map((_layout, round) => `${imageOf(race, 'docker', round)}:1`)
  const address = lab.docker?.address ?? ''
  for (const [round, image] of images.entries()) {
    const source = `oci:${layoutOf(race, round)}`
    const access = ['--dest-daemon-host', address]
    await run('skopeo', ['copy', '--quiet', ...access, source, `docker-daemon:${image}`], { env })
  }
  try {
    await work()
  } finally {
    await run('docker', ['image', 'rm', '--force', ...images], { env })
  }
}
