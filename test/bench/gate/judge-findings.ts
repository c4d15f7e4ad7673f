// The gate alone, as a process of its own: findings in memory and a text of waivers become a
// verdict. Prints what that took, as JSON; making the findings is not counted.
import { readFile } from 'node:fs/promises'
import { defaultGatePolicy, findingOf, judge, parseWaivers, severityFrom } from '@oke-pipeline/scan'
import { factsOf, imageDigest } from './reports.ts'

const [count = '', waiversFile = ''] = process.argv.slice(2)
const now = new Date('2026-11-25T12:00:00Z')
const findings = Array.from({ length: Number(count) }, (_, index) => {
  const { id, name, version, purl, path, severity, fixedIn } = factsOf(index)
  return findingOf({
    kind: 'vulnerability',
    id,
    severity: severityFrom(severity),
    package: { name, version, type: 'npm', purl, path },
    isFixed: fixedIn !== undefined,
    fixedIn: fixedIn === undefined ? [] : [fixedIn],
  })
})
const text = await readFile(waiversFile, 'utf8')

const start = performance.now()
const { waivers } = parseWaivers(text, waiversFile)
const parsed = performance.now()
const { outcomes } = judge(findings, {
  policy: defaultGatePolicy,
  waivers,
  vex: [],
  baseline: undefined,
  now,
  digest: imageDigest,
  platforms: [{ name: 'linux/amd64', digest: imageDigest }],
})
const end = performance.now()

console.log(
  JSON.stringify({
    parseMilliseconds: parsed - start,
    judgeMilliseconds: end - parsed,
    megabytes: (process.resourceUsage().maxRSS * 1024) / 1e6,
    waived: outcomes.waived,
    blocks: outcomes.blocks,
  }),
)
