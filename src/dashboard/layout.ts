import { html, type Html, type Renderable } from './html.ts'

/** A whole page. `title` stands in the browser's tab; the page has its own heading. */
export function layout(title: string, content: Renderable): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Lorgnette</title>
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <header class="top">
          <a class="brand" href="/">${glyph}Lorgnette</a>
          <nav class="places" aria-label="Lorgnette">
            <a href="/spending">Spending</a> <a href="/dead-letters">Dead letters</a>
          </nav>
        </header>
        <main>${content}</main>
      </body>
    </html>`
}

/** A pair of glasses with a handle. */
const glyph = html`<svg class="glyph" viewBox="0 0 32 20" aria-hidden="true" focusable="false">
  <circle cx="7" cy="7" r="5.5" />
  <circle cx="20" cy="7" r="5.5" />
  <path d="M12.5 7h2M25 9.5l6 8.5" />
</svg>`

/** The same as a file, for the browser's tab. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="none" stroke="#5b6ee1" stroke-width="3" stroke-linecap="round"><circle cx="8" cy="12" r="6"/><circle cx="21" cy="12" r="6"/><path d="M14 12h1M26 16l4 10"/></svg>
`
