import type { BuildStep } from '../build-record.ts'
import type { Vertex } from './progress-event.ts'
import { parseVertexName } from './vertex-name.ts'

/** What is known of one vertex so far; it changes with every event. */
export interface VertexState {
  readonly name: string
  readonly stage: string
  readonly step: string
  /** A step may be started, put off and started again. */
  startedAt: number | undefined
  isRunning: boolean
  seconds: number
  isCached: boolean
  error: string | undefined
}

/** A vertex that has not started yet. */
export function newVertexState(name: string): VertexState {
  return {
    name,
    ...parseVertexName(name),
    startedAt: undefined,
    isRunning: false,
    seconds: 0,
    isCached: false,
    error: undefined,
  }
}

/** Takes up what an event tells of a vertex. */
export function updateVertex(state: VertexState, vertex: Vertex): void {
  state.startedAt = vertex.started ?? state.startedAt
  state.isRunning = vertex.started !== undefined && vertex.completed === undefined
  if (vertex.completed === undefined) return
  state.seconds += (vertex.completed - (state.startedAt ?? vertex.completed)) / 1000
  // What came from a cache may be fetched later still, and that is no step of the build.
  state.isCached ||= vertex.cached
  state.error = vertex.error === '' ? undefined : vertex.error
}

/** The step as the record of the build has it. */
export function stepOf(state: VertexState): BuildStep {
  const { name, stage, step, seconds, isCached, error } = state
  return { name, stage, step, seconds, isCached, error }
}
