import { deployment, makeArena, pushScript } from './rollout/arena.ts'
import type { Arena } from './rollout/arena.ts'
import { watchKind } from './rollout/sightings.ts'
import { withLab } from './with-lab.ts'

const rounds = 5
const replicas = 4
const columns = 'NAME:.metadata.name,READY:.status.conditions[?(@.type=="Ready")].status'

interface Contestant {
  readonly name: string
  readonly rollOut: (arena: Arena) => Promise<number>
}

const contestants: readonly Contestant[] = [
  { name: 'deploy-oke', rollOut: (arena) => arena.deploy({}) },
  {
    name: 'kubectl apply, rollout status',
    async rollOut(arena) {
      const applied = await arena.call('kubectl', 'apply', '--filename', arena.manifest)
      return applied || arena.call('kubectl', 'rollout', 'status', 'deployment/app')
    },
  },
]

/** The time from the moment at which all pods are ready to the end of the program that waits. */
export async function benchWait(): Promise<void> {
  await withLab(['kubernetes', 'kubectl', 'registry', 'skopeo'], async (lab) => {
    const image = await pushScript(lab, 'trap "exit 0" TERM; while true; do sleep 0.2; done')
    const seconds = contestants.map((): number[] => [])
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, contestant] of contestants.entries()) {
        await using arena = await makeArena(lab, { image, manifest: deployment(replicas) })
        seconds[index]?.push(await timeOf(contestant, arena))
      }
    }
    console.log(`From all of ${replicas} pods ready to done, ${rounds} rounds in turn`)
    console.log('| | median, s | worst, s |\n| --- | --- | --- |')
    for (const [index, { name }] of contestants.entries()) {
      const sorted = [...(seconds[index] ?? [])].sort((a, b) => a - b)
      const median = sorted[Math.floor(sorted.length / 2)] ?? NaN
      console.log(`| ${name} | ${median.toFixed(2)} | ${(sorted.at(-1) ?? NaN).toFixed(2)} |`)
    }
  })
}

async function timeOf({ name, rollOut }: Contestant, arena: Arena): Promise<number> {
  using pods = watchKind({ kind: 'pods', columns, namespace: arena.namespace }, arena.env)
  const exitCode = await rollOut(arena)
  const done = performance.now()
  if (exitCode !== 0) throw new Error(`${name} ended with ${exitCode}`)
  const isReady = (line: string): boolean => /\sTrue\s*$/.test(line)
  const ready = pods.timeOf(replicas, isReady)
  // Done before the watch told of the last pod: nothing was lost.
  return ready === undefined ? 0 : Math.max(0, (done - ready) / 1000)
}
