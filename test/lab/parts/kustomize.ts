import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Contribution, GroupContext, GroupDefinition } from '../group.ts'
import { kubectl } from './kubectl.ts'

// What this kubectl has built in.
const version = '5.7.1'

/** kustomize as kubectl has it built in, as a program of its own that knows `kustomize build`. */
export const group: GroupDefinition<'kustomize'> = {
  name: 'kustomize',
  requires: ['kubectl'],
  systemPackages: [],
  parts: [],
  start: startKustomize,
}

async function startKustomize(context: GroupContext): Promise<Contribution<'kustomize'>> {
  const path = join(context.binDirectory, 'kustomize')
  await writeFile(path, wrapper(await context.provide(kubectl)), { mode: 0o755 })
  return { details: { path }, versions: { kustomize: version } }
}

function wrapper(kubectlPath: string): string {
  return [
    '#!/bin/sh',
    `if [ "$1" = version ]; then echo v${version}; exit; fi`,
    'if [ "$1" = build ]; then shift; fi',
    `exec "${kubectlPath}" kustomize "$@"`,
    '',
  ].join('\n')
}
