// An OCI runtime: runc, after what this machine cannot grant is taken out of the capabilities that
// are asked for. A privileged container asks for all, and a machine that is a guest may lack one.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

type Capabilities = Record<string, readonly string[]>

interface Document {
  readonly process?: { readonly capabilities?: Capabilities }
  readonly capabilities?: Capabilities
}

const bit = 1n << 24n // CAP_SYS_RESOURCE, the one that guests lack
const bounding = /^CapBnd:\s*(\w+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'

const args = process.argv.slice(2)
if ((BigInt(`0x${bounding}`) & bit) === 0n) {
  for (const file of specifications()) if (existsSync(file)) soften(file)
}
process.exitCode = spawnSync('runc', args, { stdio: 'inherit' }).status ?? 1

/** Of a container that is made, and of a program that is run in one. */
function specifications(): readonly string[] {
  const valueOf = (option: string): string | undefined =>
    args.includes(option) ? args[args.indexOf(option) + 1] : undefined
  const [bundle, program] = [valueOf('--bundle'), valueOf('--process')]
  return [bundle === undefined ? '' : `${bundle}/config.json`, program ?? '']
}

function soften(file: string): void {
  const document = JSON.parse(readFileSync(file, 'utf8')) as Document
  const capabilities = document.process?.capabilities ?? document.capabilities ?? {}
  for (const [set, names] of Object.entries(capabilities)) {
    capabilities[set] = names.filter((name) => name !== 'CAP_SYS_RESOURCE')
  }
  writeFileSync(file, JSON.stringify(document))
}
