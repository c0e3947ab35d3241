import { html, type Html } from './html.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

const fullTime = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'medium',
  timeZone: 'UTC',
})

const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' })

/** `22 Nov 2026, 20:58:45 UTC`. The server does not know the reader's time zone. */
export function timeTag(time: Date): Html {
  return html`<time datetime="${time.toISOString()}">${fullTime.format(time)} UTC</time>`
}

/** `5 min ago`, with the full time for who points at it. Older than a week: the day. */
export function agoTag(time: Date, now: Date): Html {
  const full = `${fullTime.format(time)} UTC`
  return html`<time datetime="${time.toISOString()}" title="${full}">${ago(time, now)}</time>`
}

function ago(time: Date, now: Date): string {
  const ms = now.getTime() - time.getTime()
  if (ms < MINUTE_MS) return 'just now'
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min ago`
  if (ms < DAY_MS) return `${Math.floor(ms / HOUR_MS)} h ago`
  if (ms < 7 * DAY_MS) return count(Math.floor(ms / DAY_MS), 'day', 'days') + ' ago'
  return day.format(time)
}

/** `340 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

const numbers = new Intl.NumberFormat('en')

/** `12,345`. */
export function number(value: number): string {
  return numbers.format(value)
}

/** `1 file`, `2 files`. */
export function count(value: number, one: string, many: string): string {
  return `${number(value)} ${value === 1 ? one : many}`
}
