import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { aimsOf } from './aims.ts'
import { growthOfProduct } from './growth.ts'
import { describeMachine, type LoadReport } from './load-report.ts'
import { measureLevel, type LevelReport } from './measure-level.ts'
import { levelsOf, type LoadOptions } from './options.ts'
import { playLevel } from './play-level.ts'
import { renderHtml } from './report-html.ts'

/** Plays all levels, one after the other. */
export async function runLoad(
  options: LoadOptions,
  command: string,
  say: (line: string) => void,
): Promise<LoadReport> {
  const levels: LevelReport[] = []
  for (const [at, { prs, overMs }] of levelsOf(options).entries()) {
    say(`Starting PostgreSQL, Redis, the emulators, a web server and ${options.workers} workers`)
    const level = measureLevel(await playLevel(options, { index: at + 1, prs, overMs }, say), options)
    levels.push(level)
    for (const fault of level.faults) say(`  ${fault}`)
    for (const { what, aim, measured, outcome } of aimsOf(level, options))
      say(`  ${outcome === 'missed' ? 'NOT MET' : outcome}: ${what}: ${measured}, aimed at ${aim}`)
  }
  const growth = options.soak === undefined ? [] : levels.flatMap(({ samples }) => growthOfProduct(samples))
  for (const line of growth) say(line)
  return {
    benchmark: 'load',
    date: new Date().toISOString(),
    machine: describeMachine(),
    command,
    options,
    levels,
    growth,
    passed:
      growth.length === 0 &&
      levels.every(({ faults, deliveries }) => faults.length === 0 && deliveries.refused === 0),
  }
}

/** Writes the report as JSON and as a page. Returns where the page is. */
export function keepReport(report: LoadReport, folder: string): string {
  mkdirSync(folder, { recursive: true })
  const name = `load-${report.date.slice(0, 19).replaceAll(/[:T]/g, '-')}`
  writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`)
  writeFileSync(path.join(folder, `${name}.html`), renderHtml(report))
  return path.join(folder, `${name}.html`)
}
