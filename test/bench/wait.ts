import { deployment, makeArena, pushScript } from './rollout/arena.ts'
import type { Arena } from './rollout/arena.ts'
import { watchKind } from './rollout/sightings.ts'
import { withLab } from './with-lab.ts'

const rounds = 5
const replicas = 4
const columns = 'NAME:.metadata.name,READY:.status.conditions[?(@.type=="Ready")].status'

interface Contestant {
  readonly name: string
  /** What it says once it has seen that the rollout is over. */
  readonly verdict: RegExp
  readonly rollOut: (arena: Arena, onOutput: (text: string) => void) => Promise<number>
}

const contestants: readonly Contestant[] = [
  {
    name: 'deploy-oke',
    verdict: /Deployment\/app +4 of 4 +ready/,
    rollOut: (arena, onOutput) => arena.deploy({}, onOutput),
  },
  {
    name: 'kubectl apply, rollout status',
    verdict: /successfully rolled out/,
    async rollOut(arena, onOutput) {
      const applied = await arena.call('kubectl', 'apply', '--filename', arena.manifest)
      return applied || arena.listen(onOutput, 'kubectl', 'rollout', 'status', 'deployment/app')
    },
  },
]

/** Seconds from the moment at which all pods are ready. */
interface Round {
  /** To what the program says of the rollout. */
  readonly verdict: number
  /** To its end: deploy-oke has written its release record and let go of its lock by then. */
  readonly done: number
}

/**
 * The time from the moment at which all pods are ready to the verdict of the program that waits,
 * and to its end. kubectl looks at the Deployment only; deploy-oke also at what each pod runs.
 */
export async function benchWait(): Promise<void> {
  await withLab(['kubernetes', 'kubectl', 'registry', 'skopeo'], async (lab) => {
    const image = await pushScript(lab, 'trap "exit 0" TERM; while true; do sleep 0.2; done')
    const seconds = contestants.map((): Round[] => [])
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, contestant] of contestants.entries()) {
        await using arena = await makeArena(lab, { image, manifest: deployment(replicas) })
        seconds[index]?.push(await timeOf(contestant, arena))
      }
    }
    console.log(`From all of ${replicas} pods ready to done, ${rounds} rounds in turn`)
    console.log('| | verdict: median, s | worst, s | end: median, s | worst, s |')
    console.log('| --- | --- | --- | --- | --- |')
    for (const [index, { name }] of contestants.entries()) {
      const measured = seconds[index] ?? []
      const figures = [
        ...medianAndWorst(measured.map(({ verdict }) => verdict)),
        ...medianAndWorst(measured.map(({ done }) => done)),
      ]
      console.log(`| ${[name, ...figures.map((figure) => figure.toFixed(3))].join(' | ')} |`)
    }
  })
}

function medianAndWorst(figures: readonly number[]): readonly [number, number] {
  const sorted = figures.toSorted((a, b) => a - b)
  return [sorted[Math.floor(sorted.length / 2)] ?? NaN, sorted.at(-1) ?? NaN]
}

async function timeOf({ name, verdict, rollOut }: Contestant, arena: Arena): Promise<Round> {
  using pods = watchKind({ kind: 'pods', columns, namespace: arena.namespace }, arena.env)
  let output = ''
  let said: number | undefined
  const exitCode = await rollOut(arena, (text) => {
    output += text
    if (verdict.test(output)) said ??= performance.now()
  })
  const done = performance.now()
  if (exitCode !== 0) throw new Error(`${name} ended with ${exitCode}`)
  const isReady = (line: string): boolean => /\sTrue\s*$/.test(line)
  const ready = pods.timeOf(replicas, isReady)
  if (said === undefined) throw new Error(`${name} has not said how the rollout ended: ${output}`)
  // Before the watch told of the last pod: nothing was lost.
  const since = (moment: number): number => Math.max(0, (moment - (ready ?? moment)) / 1000)
  return { verdict: since(said), done: since(done) }
}
