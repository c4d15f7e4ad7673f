import type { Lab } from '../lab/index.ts'

/** A lab as a test sees it: everything but stopping it. */
export type LabUnderTest = Omit<Lab, 'stop'>

const variable = 'OKE_PIPELINE_TEST_LAB'

// Jest starts the lab in one process and the tests in others: the details cross as JSON.
let kept: Lab | undefined

/** Keeps the lab until the tests are over. */
export function keepLab(lab: Lab): void {
  kept = lab
}

/** The lab that this process started. */
export function keptLab(): Lab | undefined {
  return kept
}

/** Makes the lab known to the processes that run tests. */
export function offerLab(lab: Lab): void {
  process.env[variable] = JSON.stringify(lab)
}

/** The lab that the tests on real parts share. */
export function currentLab(): LabUnderTest {
  const json = process.env[variable]
  if (json === undefined) throw new Error('No lab runs: start these tests with "npm test".')
  return JSON.parse(json) as LabUnderTest
}
