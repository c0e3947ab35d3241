import { formatMoney, type MicroDollars } from '../budget/money.ts'
import type { Period, SpentInPeriod } from '../budget/spending-record.ts'
import { number } from './format.ts'
import { html, type Html } from './html.ts'

const HEIGHT = 100
/** Of a day, with the gap to the next. */
const STEP = 10
const BAR = 8
const DAY_MS = 86_400_000

interface Bar {
  readonly day: string
  readonly paid: number
  readonly saved: number
}

/**
 * A bar for each day: what was paid, and on top of it what was saved. In money as far as prices are known, in tokens where
 * none is. The table beside it has the same numbers.
 */
export function spendingChart({ total, days }: SpentInPeriod, { from, to }: Period): Html {
  const { paid, saved } = total.money
  const inMoney = paid.known + saved.known > 0
  const words = (value: number): string =>
    inMoney ? formatMoney(value as MicroDollars) : `${number(value)} tokens` // a sum of amounts is one
  const byDay = new Map(
    days.map(({ day, money, tokens }) => [
      day,
      inMoney ? { day, paid: money.paid.known, saved: money.saved.known } : { day, ...tokens },
    ]),
  )
  const bars = Array.from({ length: (to.getTime() - from.getTime()) / DAY_MS }, (_, index): Bar => {
    const day = new Date(from.getTime() + index * DAY_MS).toISOString().slice(0, 10)
    return byDay.get(day) ?? { day, paid: 0, saved: 0 }
  })
  const most = Math.max(...bars.map((bar) => bar.paid + bar.saved))
  return html`<figure class="chart">
    <svg
      viewBox="0 0 ${bars.length * STEP} ${HEIGHT}"
      preserveAspectRatio="none"
      role="img"
      aria-label="Paid and saved by day"
    >
      ${bars.map((bar, index) => barOf(bar, index * STEP, most, words))}
    </svg>
    <figcaption>
      <span>${bars[0]?.day}</span>
      <span
        ><span class="paid">paid</span> <span class="saved">saved</span>, at most ${words(most)} in a
        day${inMoney && paid.withoutPrice + saved.withoutPrice > 0 && ', as far as prices are known'}</span
      >
      <span>${bars.at(-1)?.day}</span>
    </figcaption>
  </figure>`
}

function barOf(
  { day, paid, saved }: Bar,
  x: number,
  most: number,
  words: (value: number) => string,
): Html | false {
  if (paid + saved === 0) return false
  const height = (value: number): number => Number(((HEIGHT * value) / most).toFixed(2))
  const [below, above] = [height(paid), height(saved)]
  return html`<g>
    <title>${day}: ${words(paid)} paid, ${words(saved)} saved</title>
    <rect class="paid" x="${x}" y="${HEIGHT - below}" width="${BAR}" height="${below}" />
    <rect class="saved" x="${x}" y="${HEIGHT - below - above}" width="${BAR}" height="${above}" />
  </g>`
}
