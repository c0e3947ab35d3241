import { html, type Html, type Renderable } from './html.ts'

/** Content that can be folded away, without a script. */
export function fold(summary: string, content: Renderable, { open }: { readonly open: boolean }): Html {
  return open
    ? html`<details open>
        <summary>${summary}</summary>
        ${content}
      </details>`
    : html`<details>
        <summary>${summary}</summary>
        ${content}
      </details>`
}
