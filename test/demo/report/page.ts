import type { DemoResult } from '../run-demo.ts'
import { html } from './html.ts'
import { script, style } from './look.ts'
import { story } from './story.ts'

/** The report as one HTML page that needs nothing else. */
export function reportPage(result: DemoResult): string {
  const { acts, isAsClaimed } = result
  const claims = acts.flatMap(({ findings }) => findings)
  const seen = claims.filter(({ isTrue }) => isTrue).length
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>oke-pipeline demo</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>From a commit to a running, verified workload</h1>
<p class="quiet">${acts.length} commits in ${html(result.world)}, ${result.seconds.toFixed(0)} s
<p><span class="verdict ${isAsClaimed ? 'success' : 'failure'}">${seen} of ${claims.length} claims seen</span>
<div class="stories">
${acts.map(story).join('\n')}
</div>
<section class="card">
<h3>What the registry holds</h3>
<p><code>${html(result.image)}</code>
<ul class="tags">${result.tags.map((tag) => `<li><code>${html(tag)}</code></li>`).join('\n')}</ul>
</section>
</main>
<script>${script}</script>
</body>
</html>
`
}
