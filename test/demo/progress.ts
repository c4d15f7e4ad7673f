import type { Stage } from './run-demo.ts'
import type { Finding, Scenario } from './scenario.ts'
import type { LogLine } from './workflow-run.ts'

/** Tells of the demo's progress, a line at a time. */
export function progressOn(write: (line: string) => void): Stage {
  return {
    onScenario(scenario: Scenario, sha: string) {
      write(`\n${scenario.title} (commit ${sha.slice(0, 7)} "${scenario.commit.message}")`)
    },
    onLine(line: LogLine) {
      if (line.command === 'error') write(indented(line.arg ?? ''))
      if (line.stepResult === undefined || line.stage !== 'Main') return
      const seconds = (line.executionTime ?? 0) / 1e9
      write(
        `  ${markOf(line.stepResult)} ${line.job ?? ''}: ${line.step ?? ''} (${seconds.toFixed(1)} s)`,
      )
    },
    onFinding({ claim, isTrue, seen }: Finding) {
      write(isTrue ? `  observed: ${claim}` : `  NOT SO: ${claim}; seen: ${seen}`)
    },
  }
}

/** The beginning of what a step says of its failure. */
function indented(message: string): string {
  const lines = message.split('\n').slice(0, 6)
  return lines.map((line) => `       ${line}`).join('\n')
}

function markOf(result: string): string {
  return { success: 'ok  ', failure: 'FAIL' }[result] ?? '-   '
}
