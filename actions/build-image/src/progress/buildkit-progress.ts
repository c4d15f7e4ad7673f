import { StringDecoder } from 'node:string_decoder'
import { formatSeconds } from '@oke-pipeline/core'
import type { Clock, FoldingLog } from '@oke-pipeline/core'
import type { BuildWarning } from '../build-record.ts'
import { lineBuffer } from './line-buffer.ts'
import type { LineBuffer } from './line-buffer.ts'
import { parseProgressEvent } from './progress-event.ts'
import type { ProgressEvent, Vertex, VertexWarning } from './progress-event.ts'
import type { Progress, ProgressReader } from './progress.ts'
import { stepLog } from './step-log.ts'
import { newVertexState, stepOf, updateVertex } from './vertex-state.ts'
import type { VertexState } from './vertex-state.ts'

const lastLinesKept = 20
const leastSecondsShown = 0.1

/** A vertex as it is shown. */
interface ShownVertex {
  readonly state: VertexState
  readonly decoder: StringDecoder
  readonly output: LineBuffer
  readonly lastLines: string[]
  isAnnounced: boolean
}

/** Reads `--progress rawjson` of buildx and buildctl: shows it by stage, and keeps the figures. */
export function buildKitProgress(ports: {
  readonly log: FoldingLog
  readonly clock: Clock
}): ProgressReader {
  const log = stepLog(ports.log, ports.clock)
  const vertices = new Map<string, ShownVertex>()
  const warnings: BuildWarning[] = []
  const said: string[] = []

  function vertexOf({ digest, name }: Vertex): ShownVertex {
    const known = vertices.get(digest)
    if (known !== undefined) return known
    const lastLines: string[] = []
    const state = newVertexState(name)
    const output = lineBuffer((line) => {
      lastLines.push(line)
      if (lastLines.length > lastLinesKept) lastLines.shift()
      log.show(state.stage, `  ${line}`)
    })
    const vertex = {
      state,
      decoder: new StringDecoder('utf8'),
      output,
      lastLines,
      isAnnounced: false,
    }
    vertices.set(digest, vertex)
    return vertex
  }

  function announce(vertex: ShownVertex): void {
    if (vertex.isAnnounced) return
    vertex.isAnnounced = true
    const { stage, step, isCached } = vertex.state
    log.show(stage, isCached ? `${step} (cached)` : step)
  }

  function follow(event: Vertex): void {
    const vertex = vertexOf(event)
    const { state } = vertex
    updateVertex(state, event)
    const wasAnnounced = vertex.isAnnounced
    if (state.isRunning || event.completed !== undefined) announce(vertex)
    if (event.completed !== undefined) conclude(vertex, wasAnnounced)
  }

  function conclude({ state, output }: ShownVertex, wasAnnounced: boolean): void {
    output.end()
    const ending = endingOf(state, wasAnnounced)
    if (ending !== undefined) log.show(state.stage, `  ${ending}`)
    if (![...vertices.values()].some((other) => isBusy(other.state, state.stage))) {
      log.stageIsQuiet(state.stage)
    }
  }

  function print({ vertex, data }: ProgressEvent['logs'][number]): void {
    const known = vertices.get(vertex)
    known?.output.write(known.decoder.write(data))
  }

  function end(): Progress {
    const all = [...vertices.values()]
    for (const { output } of all) output.end()
    log.end()
    return {
      steps: all.filter(({ isAnnounced }) => isAnnounced).map(({ state }) => stepOf(state)),
      warnings,
      said: said.join('\n'),
      failedOutput: all.find(({ state }) => state.error !== undefined)?.lastLines ?? [],
    }
  }

  return {
    onLine(line) {
      const event = parseProgressEvent(line)
      if (event === undefined && !isNoise(line)) said.push(line)
      for (const vertex of event?.vertexes ?? []) follow(vertex)
      for (const entry of event?.logs ?? []) print(entry)
      warnings.push(...(event?.warnings ?? []).map(warningOf))
    },
    end,
  }
}

/** How a step ended, where that is worth a line. */
function endingOf(
  { error, isCached, seconds }: VertexState,
  wasAnnounced: boolean,
): string | undefined {
  if (error !== undefined) return `failed: ${error}`
  if (isCached) return wasAnnounced ? 'cached' : undefined
  return seconds >= leastSecondsShown ? `done in ${formatSeconds(seconds)}` : undefined
}

function isBusy(state: VertexState, stage: string): boolean {
  return state.isRunning && state.stage === stage
}

function warningOf({ short, detail, url, range }: VertexWarning): BuildWarning {
  return {
    message: short.toString(),
    detail: detail.map(String).join(' '),
    url,
    line: range[0]?.start.line,
  }
}

/** What buildctl logs of its own doings on every run. */
function isNoise(line: string): boolean {
  return line.trim() === '' || /^time="[^"]*" level=(?:debug|info|warning) /.test(line)
}
