import { findLab, startLab } from '../lab/index.ts'
import type { LabRequest } from '../lab/index.ts'
import type { LabUnderTest } from '../setup/lab.ts'

/**
 * Does some work with parts of a lab: of the one that runs and that OKE_PIPELINE_LAB names, else of
 * one that is there for this work only.
 */
export async function withLab(
  parts: LabRequest['parts'],
  work: (lab: LabUnderTest) => Promise<void>,
): Promise<void> {
  const running = await findLab(process.env.OKE_PIPELINE_LAB ?? '')
  if (running !== undefined) return work(running)
  const lab = await startLab({ parts, name: `bench-${process.pid}`, log: console.error })
  try {
    await work(lab)
  } finally {
    await lab.stop()
  }
}
