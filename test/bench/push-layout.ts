// node push-layout.ts LAYOUT IMAGE: pushes a layout, as push-ocir does.
import { systemClock, systemHttp } from '../../packages/core/lib/index.js'
import { copyLayoutToRegistry, openLayout, parseReference } from '../../packages/image/lib/index.js'

const [path = '', image = ''] = process.argv.slice(2)
const { signal } = new AbortController()
const silent = (): void => undefined
const ports = {
  http: systemHttp('bench', signal),
  clock: systemClock,
  random: Math.random,
  mask: silent,
  log: {
    ...{ info: silent, debug: silent, warning: silent, section: () => silent },
    group: <T>(_title: string, work: () => Promise<T>) => work(),
  },
  signal,
}
const layout = await openLayout(path)
const tags = [{ name: '1', mayMove: false }]
await copyLayoutToRegistry(layout, { reference: parseReference(image), tags }, ports)
const marker = process.env.OKE_PIPELINE_BENCH_MEMORY
if (marker !== undefined) console.log(`${marker}${process.resourceUsage().maxRSS}`)
