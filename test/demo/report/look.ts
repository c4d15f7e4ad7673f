/** How the report looks: light and dark, on a desk and on a phone, with nothing from elsewhere. */
export const style = `
:root {
  color-scheme: light dark;
  --page: light-dark(#f6f7f9, #0d1117); --card: light-dark(#fff, #161b22);
  --line: light-dark(#d8dee4, #30363d); --text: light-dark(#1f2328, #e6edf3);
  --quiet: light-dark(#59636e, #9198a1); --good: light-dark(#1a7f37, #3fb950);
  --bad: light-dark(#cf222e, #f85149); --odd: light-dark(#9a6700, #d29922);
  font: 15px/1.5 system-ui, sans-serif;
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); }
main { max-width: 92rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: clamp(1.4rem, 4vw, 2rem); line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.1rem; line-height: 1.3; margin: .5rem 0 .25rem; }
h3 { font-size: .78rem; letter-spacing: .06em; text-transform: uppercase; color: var(--quiet); margin: 1.4rem 0 .4rem; }
p { margin: .25rem 0; } .quiet { color: var(--quiet); font-size: .9rem; }
.verdict { display: inline-block; padding: .1rem .6rem; border-radius: 1rem; font-weight: 600; font-size: .85rem; border: 1px solid currentColor; }
.success { color: var(--good); } .failure { color: var(--bad); } .unfinished { color: var(--odd); } .skipped { color: var(--quiet); }
.stories { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); margin: 1.5rem 0; align-items: start; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem 1.25rem 1.25rem; min-width: 0; }
ol, ul { list-style: none; margin: 0; padding: 0; }
.stages li { display: grid; grid-template-columns: 1.4rem 1fr auto auto; gap: .5rem; align-items: center; padding: .3rem 0; position: relative; }
.stages li + li::before { content: ""; position: absolute; left: .65rem; top: -.45rem; height: .85rem; border-left: 2px solid var(--line); }
.mark { display: inline-grid; place-items: center; width: 1.35rem; height: 1.35rem; border-radius: 50%; border: 2px solid currentColor; font-size: .75rem; font-weight: 700; background: var(--card); z-index: 1; }
.skipped .name { color: var(--quiet); } .name { color: var(--text); font-weight: 600; }
.time { color: var(--quiet); font-size: .85rem; font-variant-numeric: tabular-nums; min-width: 3.2rem; text-align: right; }
.digest { --shade: hsl(var(--hue) 65% 45%); font: .82rem ui-monospace, monospace; color: var(--text); cursor: copy; padding: .05rem .45rem; border-radius: .4rem; border: 1px solid var(--shade); background: color-mix(in srgb, var(--shade) 14%, transparent); }
.digest:focus-visible { outline: 2px solid var(--shade); } .digest.copied::after { content: " copied"; color: var(--good); }
.claims li { padding: .45rem 0; border-top: 1px solid var(--line); display: grid; grid-template-columns: 1.4rem 1fr; gap: .5rem; }
.claims li:first-child { border-top: 0; } .seen { color: var(--quiet); font-size: .85rem; overflow-wrap: anywhere; }
details summary { cursor: pointer; color: var(--quiet); font-size: .85rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: .8rem/1.45 ui-monospace, monospace; margin: .3rem 0 0; }
.pods li { font-size: .88rem; } .pods li, .tags li { padding: .3rem 0; display: flex; flex-wrap: wrap; gap: .25rem .75rem; justify-content: space-between; overflow-wrap: anywhere; }
code { font: .85rem ui-monospace, monospace; overflow-wrap: anywhere; } a { color: inherit; }`

/** Copies the whole of what was cut. */
export const script = `
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-copy]')
  if (!button || !navigator.clipboard) return
  navigator.clipboard.writeText(button.dataset.copy).then(() => {
    button.classList.add('copied')
    setTimeout(() => button.classList.remove('copied'), 1200)
  })
})`
