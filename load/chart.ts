import { html, type Html } from '../src/dashboard/html.ts'

export interface Series {
  readonly name: string
  /** By growing x. */
  readonly points: readonly (readonly [x: number, y: number])[]
}

export interface ChartOptions {
  readonly title: string
  readonly x: string
  readonly y: string
  /** Holds its value until the next point, instead of going there straight. */
  readonly stepped?: boolean
}

const WIDTH = 640
const HEIGHT = 240
const LEFT = 56
const BOTTOM = 34
const TOP = 14
const RIGHT = 12
/** More would not be told apart on a screen. */
const MOST_POINTS = 600

/** Lines as SVG; its colours are classes `series-0` and on, which a stylesheet gives in light and dark. */
export function lineChart({ title, x, y, stepped = false }: ChartOptions, series: readonly Series[]): Html {
  const all = series.flatMap(({ points }) => points)
  const xTicks = ticks(Math.max(...all.map(([value]) => value), 1e-9))
  const yTicks = ticks(Math.max(...all.map(([, value]) => value), 1e-9))
  const xMax = xTicks.at(-1) ?? 1
  const yMax = yTicks.at(-1) ?? 1
  const atX = (value: number): number => round(LEFT + (value / xMax) * (WIDTH - LEFT - RIGHT))
  const atY = (value: number): number => round(HEIGHT - BOTTOM - (value / yMax) * (HEIGHT - BOTTOM - TOP))
  return html`<figure>
    <figcaption>${title}</figcaption>
    <svg viewBox="0 0 ${String(WIDTH)} ${String(HEIGHT)}" role="img" aria-label="${title}">
      ${yTicks.map(
        (tick) =>
          html`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${atY(tick)}" y2="${atY(tick)}" />
            <text class="tick" x="${LEFT - 6}" y="${atY(tick) + 4}" text-anchor="end">${label(tick)}</text>`,
      )}
      ${xTicks.map(
        (tick) =>
          html`<text class="tick" x="${atX(tick)}" y="${HEIGHT - BOTTOM + 15}" text-anchor="middle">
            ${label(tick)}
          </text>`,
      )}
      <text class="axis" x="${WIDTH - RIGHT}" y="${HEIGHT - 4}" text-anchor="end">${x}</text>
      <text class="axis" x="${LEFT}" y="10">${y}</text>
      ${series.map(
        ({ points }, index) =>
          html`<path class="series series-${index % 6}" d="${pathOf(thin(points), atX, atY, stepped)}" />`,
      )}
    </svg>
    <ul class="legend">
      ${series.map(({ name }, index) => html`<li class="key-${index % 6}">${name}</li>`)}
    </ul>
  </figure>`
}

function pathOf(
  points: Series['points'],
  atX: (value: number) => number,
  atY: (value: number) => number,
  stepped: boolean,
): string {
  return points
    .map(([x, y], index) => {
      if (index === 0) return `M${atX(x)} ${atY(y)}`
      return stepped ? `H${atX(x)}V${atY(y)}` : `L${atX(x)} ${atY(y)}`
    })
    .join('')
}

/** From 0 to at least `most`, in steps of 1, 2 or 5 times a power of ten. */
export function ticks(most: number): number[] {
  const rough = most / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10)
  const count = Math.ceil(most / step - 1e-9)
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)))
}

function thin(points: Series['points']): Series['points'] {
  const every = Math.ceil(points.length / MOST_POINTS)
  return points.filter((_, index) => index % every === 0 || index === points.length - 1)
}

function label(value: number): string {
  return value >= 10_000 ? `${value / 1_000}k` : String(value)
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
