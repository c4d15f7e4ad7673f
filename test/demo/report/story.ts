import type { Act } from '../run-demo.ts'
import type { Finding } from '../scenario.ts'
import { html, withShortDigests } from './html.ts'
import { stageRows } from './stages.ts'
import type { StageRow } from './stages.ts'
import { summaryFile } from './summaries.ts'

/** One scenario as a card: its commit, the way it went, what was observed, what the pods run. */
export function story(act: Act): string {
  const { observation, scenario, findings, seconds } = act
  const isAsClaimed = findings.every(({ isTrue }) => isTrue)
  return `<article class="card">
<span class="verdict ${isAsClaimed ? 'success' : 'failure'}">${isAsClaimed ? 'as claimed' : 'not as claimed'}</span>
<h2>${html(scenario.title)}</h2>
<p class="quiet">Commit <code title="${html(observation.sha)}">${html(observation.sha.slice(0, 12))}</code> “${html(scenario.commit.message)}”, ${seconds.toFixed(1)} s
<h3>The way it went</h3>
<ol class="stages">${stageRows(act).map(stage).join('\n')}</ol>
<h3>Observed with kubectl and skopeo</h3>
<ul class="claims">${findings.map(claim).join('\n')}</ul>
<h3>What the pods run</h3>
<ul class="pods">${observation.pods.map(pod).join('\n')}</ul>
<h3>Job summaries</h3>
<p class="quiet">${summaryLinks(act)}
</article>`
}

const marks: Readonly<Record<StageRow['result'], string>> = {
  success: '✓',
  failure: '✕',
  skipped: '–',
  unfinished: '…',
}

function stage({ stage: name, environment, result, digest, seconds }: StageRow): string {
  const isReached = result !== 'skipped'
  return `<li class="${result}"><span class="mark" role="img" aria-label="${result}">${marks[result]}</span>
<span class="name">${html(`${name} ${environment}`.trim())}</span>
<span>${withShortDigests(digest)}</span>
<span class="time">${isReached ? `${seconds.toFixed(1)} s` : 'not reached'}</span></li>`
}

const longestShown = 160

function claim({ claim: text, isTrue, seen }: Finding): string {
  const shown = withShortDigests(seen)
  const isLong = seen.replaceAll(/[0-9a-f]{64}/g, '').length > longestShown
  return `<li><span class="mark ${isTrue ? 'success' : 'failure'}" role="img" aria-label="${isTrue ? 'seen' : 'not seen'}">${isTrue ? '✓' : '✕'}</span>
<div>${withShortDigests(text)}
${isLong ? `<details><summary>${isTrue ? 'seen' : 'not seen; what there was instead'}</summary><pre>${shown}</pre></details>` : `<div class="seen">${isTrue ? 'seen' : 'not seen; instead'}: ${shown}</div>`}
</div></li>`
}

function pod({ namespace, name, imageId, isReady }: Act['observation']['pods'][number]): string {
  const state = isReady ? '' : ' <span class="failure">not ready</span>'
  const digest = imageId.slice(imageId.lastIndexOf('sha256:'))
  return `<li><span>${html(`${namespace}/${name}`)}${state}</span>${withShortDigests(digest)}</li>`
}

function summaryLinks(act: Act): string {
  const links = act.observation.run.steps
    .filter((step) => step.summary !== '' && step.stage === 'Main')
    .map((step) => `<a href="${summaryFile(act, step)}">${html(`${step.job}: ${step.name}`)}</a>`)
  return links.join(', ') || 'none'
}
