export { recordingLog, recordingRunner } from './recording-runner.ts'
export type { RecordingRunner, RunOptions } from './recording-runner.ts'
export { runBundle } from './run-bundle.ts'
export type { BundleResult, BundleRun } from './run-bundle.ts'
