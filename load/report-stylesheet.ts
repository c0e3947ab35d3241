/** Colours of series are apart in lightness too, for those who see hues alike. */
export const stylesheet = `
:root { --ink: #1d2430; --soft: #5b6675; --ground: #fbfbfa; --panel: #fff; --rule: #dfe3e8; --bad: #b3261e; --good: #1c7a43;
  --s0: #1f5fbf; --s1: #d9822b; --s2: #2f8f5b; --s3: #8c4bb8; --s4: #c23b5e; --s5: #6b7280; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --soft: #9aa5b4; --ground: #12161c; --panel: #1a2029; --rule: #2c3542;
  --bad: #ff8a80; --good: #6fd39a; --s0: #6ea8ff; --s1: #ffb561; --s2: #6fd39a; --s3: #c79bf0; --s4: #ff8fab; --s5: #a3adba; } }
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
main { max-width: 1080px; margin: 0 auto; padding: 28px 20px 60px }
h1 { font-size: 26px; margin: 0 } h2 { font-size: 20px; margin: 44px 0 12px; padding-top: 18px; border-top: 1px solid var(--rule) }
.about { color: var(--soft); margin: 4px 0 } pre { overflow: auto; background: var(--panel); border: 1px solid var(--rule); border-radius: 8px; padding: 10px 12px; font-size: 13px }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(128px, 1fr)); gap: 10px; margin: 0 0 18px }
.figures div { background: var(--panel); border: 1px solid var(--rule); border-radius: 8px; padding: 10px 12px }
dt { color: var(--soft); font-size: 12.5px } dd { margin: 2px 0 0; font-size: 19px; font-weight: 600; font-variant-numeric: tabular-nums }
table { border-collapse: collapse; width: 100%; margin: 18px 0; font-variant-numeric: tabular-nums; font-size: 14px }
caption { text-align: left; font-weight: 600; padding: 4px 0 } th { text-align: left; color: var(--soft); font-weight: 500 }
th, td { padding: 5px 10px 5px 0; border-bottom: 1px solid var(--rule) }
tr.bad td:last-child, .bad { color: var(--bad); font-weight: 600 } tr.good td:last-child { color: var(--good) } tr.unknown td:last-child { color: var(--soft) }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(440px, 1fr)); gap: 16px }
figure { margin: 0; background: var(--panel); border: 1px solid var(--rule); border-radius: 8px; padding: 12px 14px; min-width: 0 }
figcaption { font-weight: 600; margin-bottom: 6px } svg { width: 100%; height: auto; display: block }
.grid { stroke: var(--rule) } .tick, .axis { fill: var(--soft); font-size: 11px }
.series { fill: none; stroke-width: 1.8; stroke-linejoin: round }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 16px; padding: 0; margin: 8px 0 0; font-size: 12.5px; color: var(--soft) }
.legend li::before { content: ''; display: inline-block; width: 14px; height: 3px; border-radius: 2px; margin-right: 6px; vertical-align: middle; background: currentColor }
${[0, 1, 2, 3, 4, 5].map((index) => `.series-${index} { stroke: var(--s${index}) } .legend .key-${index}::before { background: var(--s${index}) }`).join('\n')}
@media (max-width: 520px) { .charts { grid-template-columns: 1fr } }
`
