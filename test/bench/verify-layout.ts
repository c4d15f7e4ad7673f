// node verify-layout.ts FOLDER: verifies a layout, and nothing else.
import { openLayout } from '../../packages/image/lib/index.js'

const layout = await openLayout(process.argv[2] ?? '')
await layout.verify()
