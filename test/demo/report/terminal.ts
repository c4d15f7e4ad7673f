import type { Act, DemoResult } from '../run-demo.ts'
import { stageRows } from './stages.ts'

/** The report for the terminal: a table a scenario, then what registry and cluster hold. */
export function terminalReport(result: DemoResult): string {
  const verdict = result.isAsClaimed
    ? 'All of it was observed.'
    : 'NOT all of it was observed: see the lines marked NOT SO.'
  return [
    '',
    `oke-pipeline demo in ${result.world}, ${result.seconds.toFixed(0)} s`,
    ...result.acts.map(actReport),
    `\nRegistry ${result.image}\n${result.tags.map((tag) => `  ${tag}`).join('\n')}`,
    `\n${verdict}`,
  ].join('\n')
}

function actReport(act: Act): string {
  const rows = stageRows(act).map(({ stage, environment, result, digest, seconds }) =>
    [
      `  ${result.padEnd(10)}`,
      `${stage} ${environment}`.padEnd(20),
      seconds === 0 ? '        ' : `${seconds.toFixed(1).padStart(6)} s`,
      digest,
    ].join(' '),
  )
  const pods = act.observation.pods.map(
    ({ namespace, name, imageId, isReady }) =>
      `  ${namespace}/${name} ${isReady ? 'ready' : 'not ready'} ${imageId}`,
  )
  const title = `\n${act.scenario.title} (${act.seconds.toFixed(1)} s)`
  return [title, ...rows, ' What the pods run:', ...pods].join('\n')
}
