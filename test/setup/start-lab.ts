// Starts one lab for all tests on real parts; it goes away with this process, however that ends.
import { startLab } from '../lab/index.ts'
import { keepLab, offerLab } from './lab.ts'

export default async function startLabForTests(): Promise<void> {
  const lab = await startLab({
    parts: [
      'kubernetes',
      'registry',
      'secure-registry',
      'referrers-registry',
      'base-images',
      'builder',
      'scanner',
      'runner',
      'kubectl',
      'helm',
      'skopeo',
      'crane',
    ],
    name: `tests-${process.pid}`,
    log: (line) => process.stderr.write(`lab: ${line}\n`),
  })
  keepLab(lab)
  offerLab(lab)
}
