import { ConfigurationError, ReportedError } from '@oke-pipeline/core'
import type { Ports } from '@oke-pipeline/core'
import { runtimeNames } from './runtime.ts'
import type { Runtime, RuntimeName } from './runtime.ts'

/** How a runtime is asked whether it works, and what the answer has to be. */
interface Probe {
  readonly args: readonly string[]
  /** The oldest that has all that is used here. */
  readonly oldest: readonly [major: number, minor: number]
  readonly remedy: string
}

const probes: Readonly<Record<RuntimeName, Probe>> = {
  // The server is asked: a client alone runs nothing.
  docker: {
    args: ['version', '--format', '{{.Server.Version}}'],
    oldest: [20, 10],
    remedy:
      'Install Docker 20.10 or later and see to it that its daemon runs and that this user may use it.',
  },
  podman: {
    args: ['--version'],
    oldest: [4, 0],
    remedy: 'Install podman 4 or later, as ubuntu-24.04 has it.',
  },
  nerdctl: {
    args: ['info', '--format', '{{.ServerVersion}}'],
    oldest: [1, 6],
    remedy: 'Install nerdctl and containerd 1.6 or later and see to it that containerd runs.',
  },
}

const probeSeconds = 30

/** Whether a runtime works here. */
type Finding =
  | { readonly name: RuntimeName; readonly version: string }
  | { readonly name: RuntimeName; readonly problem: string }

/**
 * The runtime that is wanted, or with `auto` the first that works.
 * @throws {@link ConfigurationError} when there is none: nothing was tested then.
 */
export async function chooseRuntime(
  wanted: 'auto' | RuntimeName,
  { exec }: Pick<Ports, 'exec'>,
): Promise<Runtime> {
  const problems: string[] = []
  for (const name of wanted === 'auto' ? runtimeNames : [wanted]) {
    const finding = await probe(name, exec)
    if ('version' in finding) {
      const { version } = finding
      return { name, version, because: reasonFor(wanted, problems) }
    }
    problems.push(finding.problem)
  }
  throw none(wanted, problems)
}

function reasonFor(wanted: 'auto' | RuntimeName, problems: readonly string[]): string {
  if (wanted !== 'auto') return 'the input "runtime" names it'
  if (problems.length === 0) return 'it works here, and is looked for first'
  return `it works here; ${problems.join('; ')}`
}

async function probe(name: RuntimeName, exec: Ports['exec']): Promise<Finding> {
  const { args, oldest } = probes[name]
  try {
    const command = { file: name, args, timeoutSeconds: probeSeconds }
    const { exitCode, stdout, stderr } = await exec.run(command)
    if (exitCode !== 0) return { name, problem: `${name} says ${quoted(stderr || stdout)}` }
    return judged(name, stdout, oldest)
  } catch (error) {
    // Not there, or no answer in time; anything else is not about this runtime.
    if (!(error instanceof ReportedError)) throw error
    return { name, problem: `${error.title}: ${error.explanation}` }
  }
}

function judged(name: RuntimeName, output: string, oldest: Probe['oldest']): Finding {
  const match = /\b(\d+)\.(\d+)\.\d+\S*/.exec(output)
  if (match === null) return { name, problem: `${name} gives no version: ${quoted(output)}` }
  const [version, major, minor] = match
  const isOld =
    Number(major) < oldest[0] || (Number(major) === oldest[0] && Number(minor) < oldest[1])
  return isOld ? { name, problem: `${name} ${version} is too old` } : { name, version }
}

function quoted(text: string): string {
  return JSON.stringify(text.trim().slice(0, 300))
}

function none(wanted: 'auto' | RuntimeName, problems: readonly string[]): ConfigurationError {
  return new ConfigurationError({
    title: wanted === 'auto' ? 'Nothing here can run an image' : `${wanted} cannot be used`,
    explanation: `${problems.map((problem) => problem.replace(/\.$/, '')).join('; ')}.`,
    remedy: wanted === 'auto' ? probes.docker.remedy : probes[wanted].remedy,
  })
}
