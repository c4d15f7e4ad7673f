import type { LabUnderTest } from '../setup/lab.ts'
import { deployment, makeArena, pushScript } from './rollout/arena.ts'
import type { Arena } from './rollout/arena.ts'
import { watchKind } from './rollout/sightings.ts'
import { withLab } from './with-lab.ts'

const columns = 'TYPE:.type,REASON:.reason'
/** Peers do not notice anything before it. */
const peersTimeout = 45

interface Case {
  readonly name: string
  readonly image: (lab: LabUnderTest) => Promise<string>
  readonly pod?: Readonly<Record<string, unknown>>
}

const cases: readonly Case[] = [
  { name: 'crash loop', image: (lab) => pushScript(lab, 'echo boom; exit 3') },
  {
    name: 'bad image',
    image: (lab) =>
      Promise.resolve(`${lab.registry?.host ?? ''}/bench/absent@sha256:${'0'.repeat(64)}`),
  },
  {
    name: 'unschedulable',
    image: (lab) => pushScript(lab, 'while true; do sleep 0.2; done'),
    pod: { nodeSelector: { nowhere: 'here' } },
  },
]

interface Contestant {
  readonly name: string
  readonly rollOut: (arena: Arena) => Promise<number>
}

const contestants: readonly Contestant[] = [
  { name: 'deploy-oke', rollOut: (arena) => arena.deploy({ 'on-failure': 'keep' }) },
  {
    name: 'kubectl rollout status',
    async rollOut(arena) {
      const limit = `--timeout=${peersTimeout}s`
      const applied = await arena.call('kubectl', 'apply', '--filename', arena.manifest)
      return applied || arena.call('kubectl', 'rollout', 'status', 'deployment/app', limit)
    },
  },
  {
    name: 'helm upgrade --wait',
    rollOut: (arena) =>
      arena.call(
        'helm',
        'upgrade',
        '--install',
        'app',
        arena.chart,
        '--wait',
        `--timeout=${peersTimeout}s`,
      ),
  },
]

/**
 * The time from the first warning of the kubelet or the scheduler to the moment at which the
 * program that waits gives up.
 */
export async function benchFailFast(): Promise<void> {
  await withLab(['kubernetes', 'kubectl', 'helm', 'registry', 'skopeo'], async (lab) => {
    console.log(
      `From the first warning to giving up, in s; peers have a timeout of ${peersTimeout} s`,
    )
    console.log(`| | ${cases.map(({ name }) => name).join(' | ')} |`)
    console.log(`| --- |${' --- |'.repeat(cases.length)}`)
    const images = await Promise.all(cases.map(({ image }) => image(lab)))
    for (const contestant of contestants) {
      // They wait for the cluster most of the time: they do it together.
      const times = await Promise.all(
        cases.map(({ pod }, index) => timeOf(contestant, lab, { image: images[index] ?? '', pod })),
      )
      console.log(`| ${contestant.name} | ${times.map((time) => time.toFixed(1)).join(' | ')} |`)
    }
  })
}

async function timeOf(
  { name, rollOut }: Contestant,
  lab: LabUnderTest,
  { image, pod }: { readonly image: string; readonly pod: Case['pod'] },
): Promise<number> {
  await using arena = await makeArena(lab, { image, manifest: deployment(2, pod) })
  using events = watchKind({ kind: 'events', columns, namespace: arena.namespace }, arena.env)
  const exitCode = await rollOut(arena)
  const done = performance.now()
  if (exitCode === 0) throw new Error(`${name} found nothing wrong`)
  const reported = events.firstTime((line) => line.startsWith('Warning'))
  return reported === undefined ? NaN : (done - reported) / 1000
}
