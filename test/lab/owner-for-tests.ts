import { isGroupName } from './groups.ts'
import { startLab } from './index.ts'

// A process that owns a lab until it is ended: tests end it in every way there is.
const [, , name = '', ...groups] = process.argv
await startLab({ name, parts: groups.filter(isGroupName) })
process.stdout.write('ready\n')
setInterval(() => undefined, 60_000)
