import type { Act, DemoResult } from '../run-demo.ts'
import { flowPicture } from './flow-picture.ts'
import { stageRows } from './stages.ts'
import { summaryFile } from './summaries.ts'

const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #8c959f55; vertical-align: top; }
code { font-size: .85em; overflow-wrap: anywhere; }
svg { width: 100%; height: auto; } .arrow { fill: none; stroke: #8c959f; stroke-width: 1.5; }
svg text { text-anchor: middle; fill: currentColor; } .stage { font-weight: 600; font-size: 14px; }
.under { font-size: 12px; } .success { color: #1a7f37; } .failure { color: #cf222e; }
.skipped { color: #8c959f; } .claims th:first-child { width: 40%; } .verdict { font-size: 1.1rem; font-weight: 600; }`

/** The report as one HTML page that needs nothing else. */
export function reportPage(result: DemoResult): string {
  const verdict = result.isAsClaimed ? 'All of it was observed.' : 'Not all of it was observed.'
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>oke-pipeline demo</title>
<style>${style}</style>
<h1>From a commit to a running, verified workload</h1>
<p>In ${html(result.world)}, ${result.seconds.toFixed(0)} s.
<p class="verdict ${result.isAsClaimed ? 'success' : 'failure'}">${verdict}
${result.acts.map(actSection).join('\n')}
<h2>What the registry holds</h2>
<p><code>${html(result.image)}</code>
<ul>${result.tags.map((tag) => `<li><code>${html(tag)}</code>`).join('')}</ul>
</html>
`
}

function actSection(act: Act): string {
  const rows = stageRows(act)
  const { observation, scenario } = act
  return `<section>
<h2>${html(scenario.title)}</h2>
<p>Commit <code>${observation.sha.slice(0, 12)}</code> “${html(scenario.commit.message)}”, ${act.seconds.toFixed(1)} s
${flowPicture(rows)}
${table(
  ['Stage', 'Result', 'Digest', 'Time'],
  rows.map(({ stage, environment, result, digest, seconds }) => [
    html(`${stage} ${environment}`),
    `<span class="${result}">${result}</span>`,
    `<code>${html(digest)}</code>`,
    seconds === 0 ? '' : `${seconds.toFixed(1)} s`,
  ]),
)}
<h3>Observed with kubectl and skopeo</h3>
<div class="claims">${table(
    ['Claim', '', 'Seen'],
    act.findings.map(({ claim, isTrue, seen }) => [
      html(claim),
      `<span class="${isTrue ? 'success' : 'failure'}">${isTrue ? 'so' : 'not so'}</span>`,
      `<code>${html(seen)}</code>`,
    ]),
  )}</div>
<h3>What the pods run</h3>
${table(
  ['Pod', 'Ready', 'imageID'],
  observation.pods.map(({ namespace, name, imageId, isReady }) => [
    `${html(namespace)}/${html(name)}`,
    isReady ? 'yes' : 'no',
    `<code>${html(imageId)}</code>`,
  ]),
)}
<p>Job summaries: ${summaryLinks(act)}
</section>`
}

function summaryLinks(act: Act): string {
  const links = act.observation.run.steps
    .filter((step) => step.summary !== '' && step.stage === 'Main')
    .map((step) => `<a href="${summaryFile(act, step)}">${html(`${step.job}: ${step.name}`)}</a>`)
  return links.join(', ') || 'none'
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = header.map((cell) => `<th>${cell}</th>`).join('')
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`)
  return `<table><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table>`
}

function html(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
