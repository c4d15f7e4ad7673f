import { findingOf } from '../src/index.ts'
import type { Finding } from '../src/index.ts'

/** A finding that differs from a plain one only where a test says so. */
export function sampleFinding(changes: Partial<Finding> = {}): Finding {
  return findingOf({
    kind: 'vulnerability',
    id: 'CVE-2026-0001',
    severity: 'high',
    package: {
      name: 'left-pad',
      version: '1.0.0',
      type: 'npm',
      purl: undefined,
      path: '/app/package.json',
    },
    isFixed: true,
    fixedIn: ['1.0.1'],
    ...changes,
  })
}
