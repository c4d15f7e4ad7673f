// node verify-layout.ts FOLDER: verifies a layout, and nothing else.
import { openLayout } from '../../packages/image/lib/index.js'

const layout = await openLayout(process.argv[2] ?? '')
await layout.verify()
const marker = process.env.OKE_PIPELINE_BENCH_MEMORY
if (marker !== undefined) console.log(`${marker}${process.resourceUsage().maxRSS}`)
