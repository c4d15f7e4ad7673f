import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { DemoResult } from '../run-demo.ts'
import { reportPage } from './page.ts'
import { summaryFile } from './summaries.ts'

/** Writes the page and the job summaries that it links to; returns the path of the page. */
export async function writeReport(result: DemoResult, folder: string): Promise<string> {
  await rm(join(folder, 'summaries'), { recursive: true, force: true })
  for (const act of result.acts) {
    for (const step of act.observation.run.steps) {
      if (step.summary === '' || step.stage !== 'Main') continue
      const file = join(folder, summaryFile(act, step))
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, step.summary)
    }
  }
  const page = join(folder, 'index.html')
  await mkdir(folder, { recursive: true })
  await writeFile(page, reportPage(result))
  return page
}
