// npm run bench -- NAME: comparisons, made in one run and given as ratios.
import { benchApply } from './apply.ts'
import { benchBuild } from './build.ts'
import { benchFailFast } from './fail-fast.ts'
import { benchGate } from './gate.ts'
import { benchHash } from './hash.ts'
import { benchPush } from './push.ts'
import { benchScan } from './scan.ts'
import { benchStart } from './start.ts'
import { benchTestImage } from './test-image.ts'
import { benchToken } from './token.ts'
import { benchWait } from './wait.ts'

const benches: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  apply: benchApply,
  build: benchBuild,
  'fail-fast': benchFailFast,
  gate: benchGate,
  hash: benchHash,
  push: benchPush,
  scan: benchScan,
  start: benchStart,
  'test-image': benchTestImage,
  token: benchToken,
  wait: benchWait,
}

const name = process.argv[2] ?? ''
const bench = benches[name]
if (bench === undefined) {
  console.error(`npm run bench -- NAME, where NAME is one of: ${Object.keys(benches).join(', ')}`)
  process.exitCode = 2
} else {
  await bench(process.argv.slice(3))
}
