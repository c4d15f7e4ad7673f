// One lab for all tests on real parts; it goes away with this process, however that ends. A lab
// that runs already can be used instead: OKE_PIPELINE_LAB=NAME, as in "npm run lab -- up --name NAME".
import { findLab, startLab } from '../lab/index.ts'
import type { Lab } from '../lab/index.ts'
import { keepLab, offerLab } from './lab.ts'

const groups = [
  'kubernetes',
  'registry',
  'secure-registry',
  'referrers-registry',
  'base-images',
  'builder',
  'docker',
  'scanner',
  'trivy',
  'runner',
  'kubectl',
  'helm',
  'helm3',
  'skopeo',
  'crane',
  'umoci',
] as const

export default async function startLabForTests(): Promise<void> {
  const name = process.env.OKE_PIPELINE_LAB
  if (name !== undefined && name !== '') {
    offerLab(await running(name))
    return
  }
  const lab = await startLab({ parts: groups, name: `tests-${process.pid}`, log })
  keepLab(lab)
  offerLab(lab)
}

async function running(name: string): Promise<Lab> {
  const lab = await findLab(name)
  if (lab === undefined) {
    throw new Error(
      `The lab "${name}" does not run. Start it with: npm run lab -- up ${groups.join(' ')} --name ${name}`,
    )
  }
  const missing = groups.filter((group) => !lab.groups.includes(group))
  if (missing.length > 0) log(`tests that need ${missing.join(', ')} will fail: "${name}" has none`)
  return lab
}

function log(line: string): void {
  process.stderr.write(`lab: ${line}\n`)
}
