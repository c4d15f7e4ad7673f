import type { Architecture } from './part.ts'

/** This machine's architecture, where parts are published for it. */
export function thisArchitecture(): Architecture | undefined {
  return process.arch === 'x64' || process.arch === 'arm64' ? process.arch : undefined
}
