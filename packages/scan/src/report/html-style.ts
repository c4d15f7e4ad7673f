/** How the page looks: light or dark as its reader has it, and in one column on a phone. */
export const htmlStyle = `
:root { color-scheme: light dark; --line: #d0d7de; --soft: #f6f8fa; --bad: #b42318; --good: #1a7f37; --warn: #9a6700; --dim: #57606a }
@media (prefers-color-scheme: dark) { :root { --line: #3d444d; --soft: #151b23; --bad: #ff7b72; --good: #3fb950; --warn: #d29922; --dim: #9198a1 } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1.15rem }
code { font-size: .9em; background: var(--soft); padding: .1em .3em; border-radius: 4px }
header { border-left: 6px solid var(--bad); padding: .5rem 1rem; background: var(--soft) }
header.pass { border-color: var(--good) }
.warnings { border: 1px solid var(--warn); border-radius: 6px; padding: .5rem 2rem }
.counts { display: grid; grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); gap: .5rem; padding: 0; list-style: none }
.counts li { border: 1px solid var(--line); border-radius: 6px; padding: .5rem; display: grid }
.counts strong { font-size: 1.4rem } .counts small { color: var(--dim) }
.finding { border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0; padding: .4rem .8rem }
.finding.blocks { border-left: 4px solid var(--bad) }
.finding summary { display: grid; grid-template-columns: 6rem 2fr 3fr auto; gap: .2rem .8rem; cursor: pointer }
.finding .outcome { color: var(--dim) }
.severity { font-weight: 600 } .severity.critical, .severity.high { color: var(--bad) } .severity.medium { color: var(--warn) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem .8rem } dt { color: var(--dim) } dd { margin: 0 }
.description { white-space: pre-line }
footer { margin-top: 2rem; border-top: 1px solid var(--line); color: var(--dim); font-size: .9rem }
@media (max-width: 40rem) { .finding summary { grid-template-columns: 1fr } dl { grid-template-columns: 1fr } }
`
