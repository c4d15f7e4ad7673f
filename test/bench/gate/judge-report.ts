// What the gate does once there is a report, as a process of its own: it reads the waivers and
// Trivy's report, judges, and writes what closes the gate. Prints its peak of memory, as JSON.
import { readFile, writeFile } from 'node:fs/promises'
import {
  defaultGatePolicy,
  judge,
  parseWaivers,
  readReport,
  vulnerabilityRule,
} from '@oke-pipeline/scan'
import { imageDigest } from './reports.ts'

const [reportFile = '', waiversFile = '', output = ''] = process.argv.slice(2)
const now = new Date('2026-11-25T12:00:00Z')
const rules = [vulnerabilityRule({ severity: 'high' })]

// Before the report, as the gate does it before it scans.
const { waivers } = parseWaivers(await readFile(waiversFile, 'utf8'), waiversFile)
const { findings } = readReport(await readFile(reportFile, 'utf8'), {
  name: reportFile,
  image: {
    digest: imageDigest,
    indexDigest: undefined,
    configDigest: imageDigest,
    layers: [],
    baseLayerCount: undefined,
    platform: undefined,
  },
  databaseMaxAgeSeconds: 5 * 86_400,
  now,
  database: { built: now, schemaVersion: '2' },
})
const { verdict, blocking } = judge(findings, {
  policy: { ...defaultGatePolicy, vulnerabilities: rules },
  waivers,
  vex: [],
  baseline: undefined,
  now,
  digest: imageDigest,
  platforms: [{ name: 'linux/amd64', digest: imageDigest }],
})
const left = blocking.map(({ finding, decision }) => ({
  id: finding.id,
  severity: finding.severity,
  package: finding.package,
  fixedIn: finding.fixedIn,
  url: finding.url,
  reason: decision.reason,
}))
await writeFile(output, JSON.stringify({ verdict, left }))
console.log(
  JSON.stringify({
    megabytes: (process.resourceUsage().maxRSS * 1024) / 1e6,
    left: left.length,
  }),
)
