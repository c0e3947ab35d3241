import { html, type Html, type Renderable } from './html.ts'

/** A number that stands for itself, in a list of `figures`. */
export function figure(name: string, value: Renderable): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`
}
