import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as v from 'valibot'
import type { LabUnderTest } from '../setup/lab.ts'
import { bundleScripts } from './gate/bundle-script.ts'
import type { RaceFiles } from './gate/reports.ts'
import { factsOf, writeRaceFiles } from './gate/reports.ts'
import { compare } from './paired.ts'
import type { Contestant } from './paired.ts'
import { withLab } from './with-lab.ts'

const run = promisify(execFile)
const waiverCount = 1000
const rounds = 5

/**
 * The gate alone at three sizes, and the gate from a report on disk against what Trivy and Grype do
 * with reports of the same findings.
 */
export async function benchGate(): Promise<void> {
  await withLab(['scanner', 'trivy'], compareWithScanners)
}

async function compareWithScanners(lab: LabUnderTest): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'oke-pipeline-bench-'))
  try {
    const small = await writeRaceFiles(folder, 10_000, waiverCount)
    const large = await writeRaceFiles(folder, 100_000, waiverCount)
    const scripts = await bundleScripts(['judge-findings', 'judge-report'], ['reports'], folder)
    await showAlone(large.waivers, scripts['judge-findings'])
    const tools = { ...scannersOf(lab), gate: scripts['judge-report'] }
    for (const files of [small, large]) await showRace(files, tools, folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const Alone = v.object({
  parseMilliseconds: v.number(),
  judgeMilliseconds: v.number(),
  cpuForWaivers: v.number(),
  cpuToJudge: v.number(),
  megabytes: v.number(),
  waived: v.number(),
  blocks: v.number(),
})

async function showAlone(waivers: string, script: string): Promise<void> {
  console.log(`The gate alone: findings in memory and the text of ${waiverCount} waivers.`)
  console.log('Median of 5 rounds, each a process; CPU time is that of all its threads.')
  console.log('Peak of the whole process, the findings included.')
  const columns = ['findings', 'ms: waivers', 'judge', 'CPU ms: waivers', 'judge']
  console.log(`| ${[...columns, 'CPU ns a finding', 'peak MB', 'waived', 'block'].join(' | ')} |`)
  console.log(`|${' --- |'.repeat(9)}`)
  for (const count of [10_000, 100_000, 1_000_000]) {
    const results: v.InferOutput<typeof Alone>[] = []
    for (let round = 0; round < 5; round += 1) {
      results.push(await measured(Alone, script, [String(count), waivers]))
    }
    const [result] = results
    if (result === undefined) continue
    const middle = (of: (one: v.InferOutput<typeof Alone>) => number): number =>
      median(results.map(of))
    const cpuToJudge = middle((one) => one.cpuToJudge)
    const figures = [
      middle((one) => one.parseMilliseconds),
      middle((one) => one.judgeMilliseconds),
      middle((one) => one.cpuForWaivers),
      cpuToJudge,
      (cpuToJudge * 1e6) / count,
      Math.max(...results.map((one) => one.megabytes)),
    ].map((one) => one.toFixed(0))
    console.log(`| ${[count, ...figures, result.waived, result.blocks].join(' | ')} |`)
  }
}

async function measured<Schema extends v.GenericSchema>(
  schema: Schema,
  script: string,
  args: readonly string[],
): Promise<v.InferOutput<Schema>> {
  const { stdout } = await run(process.execPath, [script, ...args])
  return v.parse(schema, JSON.parse(stdout))
}

interface Tools {
  /** The bundle of judge-report.ts. */
  readonly gate: string
  readonly trivy: string
  readonly grype: string
}

function scannersOf({ scanner, trivy }: LabUnderTest): Omit<Tools, 'gate'> {
  if (scanner === undefined || trivy === undefined) throw new Error('The lab lacks scanners')
  return { trivy: trivy.path, grype: scanner.path }
}

const Raced = v.object({ megabytes: v.number(), left: v.number() })

async function showRace(files: RaceFiles, tools: Tools, folder: string): Promise<void> {
  const output = join(folder, 'gate.json')
  const own = [files.trivyReport, files.ignoreFile, output]
  const filtered = join(folder, 'trivy.json')
  const scores = await compare(contestants(files, tools, { own, filtered }), rounds)
  const { megabytes, left } = await measured(Raced, tools.gate, own)
  const leftByTrivy = await countLeft(filtered)
  console.log(
    `\n${files.findings} findings in a report on disk, ${waiverCount} waivers, from start to end of the process.`,
  )
  console.log(
    `Median of ${rounds} rounds in turn. Left: ${left} (gate), ${leftByTrivy} (Trivy); peak of the gate: ${megabytes.toFixed(0)} MB.`,
  )
  console.log('| | ms | × gate |\n| --- | --- | --- |')
  for (const { name, milliseconds, ratio } of scores) {
    console.log(`| ${name} | ${milliseconds.toFixed(0)} | ${ratio.toFixed(2)} |`)
  }
  if (left !== leftByTrivy) throw new Error('The gate and Trivy do not agree on what is left')
}

interface Outputs {
  readonly own: readonly string[]
  readonly filtered: string
}

/**
 * Trivy gets the same report and the same ignore file as the gate, and both write what is left.
 * Grype has no filter for a report that is there; the nearest is "explain", which reads the whole
 * report (from standard input) to show one vulnerability of it.
 */
function contestants(
  files: RaceFiles,
  { gate, trivy, grype }: Tools,
  { own, filtered }: Outputs,
): readonly Contestant[] {
  const severities = 'UNKNOWN,HIGH,CRITICAL'
  return [
    { name: 'the gate', file: process.execPath, args: [gate, ...own] },
    {
      name: 'trivy convert --severity --ignorefile',
      file: trivy,
      args: [
        ...['convert', '--quiet', '--severity', severities, '--ignorefile', files.ignoreFile],
        ...['--format', 'json', '--output', filtered, files.trivyReport],
      ],
    },
    {
      name: 'grype explain --id (reads only)',
      file: grype,
      args: ['explain', '--id', factsOf(0).id],
      input: files.grypeReport,
    },
  ]
}

const Filtered = v.object({
  Results: v.array(v.object({ Vulnerabilities: v.optional(v.array(v.unknown()), []) })),
})

async function countLeft(path: string): Promise<number> {
  const { Results: results } = v.parse(Filtered, JSON.parse(await readFile(path, 'utf8')))
  return results.reduce((sum, { Vulnerabilities: some }) => sum + some.length, 0)
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN
}
