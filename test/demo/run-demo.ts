import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createRepository } from './repository.ts'
import type { ApplicationRepository } from './repository.ts'
import { runWorkflow } from './run-workflow.ts'
import { stepOf } from './scenario.ts'
import type { Finding, Observation, Scenario } from './scenario.ts'
import { crashLoop } from './scenarios/crash-loop.ts'
import { promoted } from './scenarios/promoted.ts'
import { vulnerable } from './scenarios/vulnerable.ts'
import { copySuite } from './suite-copy.ts'
import type { LogLine } from './workflow-run.ts'
import type { World } from './world.ts'
import { namespaces } from './world.ts'

/** A scenario that was run, what was observed, and what that means. */
export interface Act {
  readonly scenario: Scenario
  readonly observation: Observation
  readonly findings: readonly Finding[]
  readonly seconds: number
}

/** Everything that the demo did and saw. */
export interface DemoResult {
  readonly world: string
  readonly image: string
  readonly acts: readonly Act[]
  readonly tags: readonly string[]
  readonly seconds: number
  readonly isAsClaimed: boolean
}

/** How the demo tells of its progress. */
export interface Stage {
  onScenario(scenario: Scenario, sha: string): void
  onLine(line: LogLine): void
  onFinding(finding: Finding): void
}

const scenarios = [promoted, crashLoop, vulnerable]

/** Runs every scenario: one commit each, through the shipped workflows, in the world given. */
export async function runDemo(
  world: World,
  folder: string,
  stage: Stage,
  signal?: AbortSignal,
): Promise<DemoResult> {
  const start = performance.now()
  await mkdir(folder, { recursive: true })
  await copySuite(join(folder, 'suite'))
  const repository = await createRepository(join(folder, 'hello'), world.environment)
  const acts: Act[] = []
  for (const scenario of scenarios) {
    const releasedDigest = acts[0] && stepOf(acts[0].observation.run, 'build')?.outputs.digest
    const setting = { world, folder, stage, repository, releasedDigest, signal }
    acts.push(await play(scenario, { ...setting, number: acts.length + 1 }))
  }
  return {
    world: world.description,
    image: world.image,
    acts,
    tags: await world.observer.registryTags(world.image),
    seconds: secondsSince(start),
    isAsClaimed: acts.every(({ findings }) => findings.every(({ isTrue }) => isTrue)),
  }
}

interface Setting {
  readonly world: World
  readonly folder: string
  readonly stage: Stage
  readonly repository: ApplicationRepository
  readonly releasedDigest: string | undefined
  readonly signal: AbortSignal | undefined
  readonly number: number
}

async function play(scenario: Scenario, setting: Setting): Promise<Act> {
  const { world, folder, stage, repository, releasedDigest, signal, number } = setting
  const start = performance.now()
  const sha = await repository.commit(scenario.commit)
  stage.onScenario(scenario, sha)
  const run = await runWorkflow({
    repository: repository.folder,
    workflow: '.github/workflows/deliver.yml',
    suite: join(folder, 'suite'),
    folder: join(folder, 'runner'),
    environment: world.environment,
    variables: { IMAGE: world.image },
    secrets: secretsOf(world),
    runId: number,
    onLine: (line) => stage.onLine(line),
    ...(signal === undefined ? {} : { signal }),
  })
  const pods = await Promise.all(
    Object.values(namespaces).map((namespace) => world.observer.pods(namespace)),
  )
  const taggedDigest = await world.observer.registryDigest(`${world.image}:${sha}`)
  const observation = { sha, run, pods: pods.flat(), taggedDigest, releasedDigest }
  const findings = scenario.judge(observation)
  for (const finding of findings) stage.onFinding(finding)
  return { scenario, observation, findings, seconds: secondsSince(start) }
}

function secretsOf({ kubeconfigs, registryCredentials }: World): Readonly<Record<string, string>> {
  return {
    DEV_KUBECONFIG: kubeconfigs[namespaces.dev] ?? '',
    PRODUCTION_KUBECONFIG: kubeconfigs[namespaces.production] ?? '',
    ...(registryCredentials === undefined
      ? {}
      : {
          REGISTRY_USERNAME: registryCredentials.username,
          REGISTRY_PASSWORD: registryCredentials.password,
        }),
  }
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000
}
