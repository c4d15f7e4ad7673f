import { runCommand } from '../command.ts'
import { systemPath } from '../provision/on-path.ts'

/** Runs a program of the system outside the lab, with what the machine's settings (such as a proxy) tell it. */
export async function runOnMachine(
  file: string,
  args: readonly string[],
  signal: AbortSignal,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  return runCommand(file, args, {
    environment: { ...process.env, PATH: systemPath(), ...environment },
    signal,
  })
}
