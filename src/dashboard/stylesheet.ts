/** The one stylesheet, served as a file: the content security policy allows no style inside a page. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --paper: #fdfdfc; --wash: #f4f4f1; --ink: #22252b; --soft: #646a75; --line: #e2e2dd;
  --link: #3d4fc0; --good: #1c7a4a; --bad: #b3302b; --busy: #8a5a00; --calm: #646a75;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16181c; --wash: #1e2126; --ink: #e4e5e8; --soft: #9aa0ab; --line: #2e3239;
    --link: #9db0ff; --good: #69c795; --bad: #f28b82; --busy: #e3b45c; --calm: #9aa0ab;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 62rem; padding: 0 1.25rem 5rem;
  background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
a { color: var(--link); text-decoration-thickness: .06em; text-underline-offset: .18em; }
a:hover { text-decoration-thickness: .14em; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 3px; border-radius: 2px; }
code, pre { font: .92em/1.5 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Liberation Mono", monospace; }
code { overflow-wrap: anywhere; }

.top { padding: 1.25rem 0; border-bottom: 1px solid var(--line); }
.top { display: flex; justify-content: space-between; align-items: center; gap: 1rem; }
.places { display: flex; gap: 1.25rem; }
.places a { color: var(--soft); font-size: .95rem; }
.brand { display: inline-flex; align-items: center; gap: .55rem; color: inherit; text-decoration: none; font-weight: 600; letter-spacing: .01em; }
.glyph { width: 1.9rem; fill: none; stroke: var(--link); stroke-width: 2; stroke-linecap: round; }

h1 { margin: 2rem 0 .35rem; font-size: 1.65rem; line-height: 1.25; font-weight: 650; letter-spacing: -.012em; overflow-wrap: anywhere; }
h2 { margin: 2.75rem 0 .75rem; font-size: 1.1rem; line-height: 1.3; font-weight: 650; }
h3 { margin: 0; font-size: 1rem; font-weight: 600; overflow-wrap: anywhere; }
p { margin: .4rem 0; max-width: 46rem; }
.back { margin-top: 1.5rem; }
.back + h1 { margin-top: .9rem; }
.where { color: var(--soft); font-size: .9rem; overflow-wrap: anywhere; }
th .where, td .where { display: block; font-weight: 400; }
.where a { color: inherit; }

table { width: 100%; border-collapse: collapse; font-size: .95rem; }
th, td { padding: .65rem 1rem .65rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; font-weight: 400; }
th:last-child, td:last-child { padding-right: 0; }
thead th { padding-top: .3rem; padding-bottom: .4rem; color: var(--soft); font-size: .82rem; }
.amount { text-align: right; font-variant-numeric: tabular-nums; }
time { white-space: nowrap; }
.runs { margin-top: 1.25rem; }
.runs td { white-space: nowrap; }
.runs th[scope=row] { width: 100%; }
.runs .title { font-weight: 600; color: inherit; overflow-wrap: anywhere; text-decoration-color: var(--line); }
.runs .title:hover { text-decoration-color: currentColor; }
.why { display: block; margin-top: .15rem; color: var(--bad); font-size: .9rem; overflow-wrap: anywhere; }

.state { white-space: nowrap; font-weight: 600; font-size: .9rem; color: var(--calm); }
.state::before { content: ""; display: inline-block; width: .55em; height: .55em; margin-right: .45em; border: .12em solid currentColor; border-radius: 50%; }
.state.completed { color: var(--good); }
.state.failed { color: var(--bad); }
.state.running, .state.posting { color: var(--busy); }
.state.completed::before, .state.failed::before { background: currentColor; }
.state.failed::before { border-radius: 0; }
.verdict { margin: 1.4rem 0 0; max-width: none; padding: .8rem 1rem; background: var(--wash); border-left: 3px solid var(--calm); border-radius: 0 4px 4px 0; overflow-wrap: anywhere; }
.verdict .state { margin-right: .5rem; }
.verdict.completed { border-color: var(--good); }
.verdict.failed { border-color: var(--bad); }
.verdict.running, .verdict.posting { border-color: var(--busy); }

.figures { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; margin: 1.5rem 0 0; }
.figures dt { color: var(--soft); font-size: .82rem; }
.figures dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }

.choice { margin-top: .75rem; gap: 1rem; font-size: .95rem; }
.name { overflow-wrap: anywhere; }
meter { width: 6rem; height: .8rem; vertical-align: -.05em; }
.chart { margin: 1.75rem 0 1rem; }
.chart svg { display: block; width: 100%; height: 8rem; border-bottom: 1px solid var(--line); }
.chart rect.paid { fill: var(--link); }
.chart rect.saved { fill: var(--good); opacity: .55; }
.chart figcaption { display: flex; justify-content: space-between; gap: 1rem; color: var(--soft); font-size: .82rem; padding-top: .35rem; }
.chart figcaption .paid::before, .chart figcaption .saved::before { content: ""; display: inline-block; width: .7em; height: .7em; margin-right: .35em; }
.chart figcaption .paid::before { background: var(--link); }
.chart figcaption .saved::before { background: var(--good); opacity: .55; }

.finding { padding: 1rem 0 .9rem; border-top: 1px solid var(--line); }
.finding:last-child { border-bottom: 1px solid var(--line); }
.prose { margin: .6rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
pre { margin: .6rem 0; padding: .7rem .9rem; background: var(--wash); border-radius: 4px; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 30rem; overflow-y: auto; }
.unsaid .prose { color: var(--soft); }
.severity { font-weight: 600; color: var(--soft); }
.severity.critical, .severity.high { color: var(--bad); }
.severity.medium { color: var(--busy); }

summary { cursor: pointer; padding: .3rem 0; color: var(--soft); }
.finding summary { font-size: .9rem; padding: 0; }
summary:hover { color: var(--ink); }

.timeline { list-style: none; margin: 0; padding: 0; font-size: .95rem; }
.timeline li { display: grid; grid-template-columns: 6.5rem 1fr; gap: .75rem; padding: .4rem 0; border-bottom: 1px solid var(--line); }
.timeline time { color: var(--soft); font-variant-numeric: tabular-nums; }
.timeline div { min-width: 0; overflow-wrap: anywhere; }
.fact { margin-left: .6rem; color: var(--ink); font-size: .9rem; }
.fact > span { color: var(--soft); }

.choices { display: flex; gap: .75rem; margin-top: 1.25rem; }
button { font: inherit; padding: .35rem .9rem; color: var(--ink); background: var(--wash); border: 1px solid var(--line); border-radius: 4px; cursor: pointer; }
button:hover { border-color: currentColor; }
button.first { color: var(--paper); background: var(--link); border-color: var(--link); }

.empty { margin-top: 1.5rem; padding: .5rem 1.5rem 1.25rem; background: var(--wash); border-radius: 6px; }
.empty h2 { margin-top: 1rem; }
.empty li { margin: .45rem 0; max-width: 44rem; }
.pages { display: flex; gap: 1.5rem; margin-top: 1.5rem; }

@media (max-width: 40rem) {
  body { padding: 0 1rem 4rem; }
  .wide { display: none; }
  h1 { font-size: 1.4rem; margin-top: 1.5rem; }
  th, td { padding-right: .7rem; }
  table { font-size: .9rem; }
  /* A row becomes a small card; roles in the markup keep it a table for screen readers. */
  .runs thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .runs tbody { display: block; }
  .runs tr { display: grid; grid-template-columns: auto 1fr auto; gap: .35rem 1rem; padding: .75rem 0; border-bottom: 1px solid var(--line); }
  .runs th, .runs td { padding: 0; border: 0; }
  .runs td.wide { display: none; }
  .runs th[scope=row] { grid-column: 1 / -1; width: auto; }
  .runs td { color: var(--soft); }
  .figures { gap: .8rem 1.75rem; }
  .timeline li { grid-template-columns: 5rem 1fr; gap: .5rem; }
}
`.trimStart()
