/** Markup that is safe to send: made by `html` only, so that no text from outside can pass for it. */
export class Html {
  readonly #markup: string

  private constructor(markup: string) {
    this.#markup = markup
  }

  toString(): string {
    return this.#markup
  }

  static join(parts: readonly string[], values: readonly Renderable[]): Html {
    let markup = parts[0] ?? ''
    for (const [index, value] of values.entries()) {
      const isAddress = parts[index]?.endsWith(' href="') === true
      markup += isAddress ? escape(safeAddress(String(value))) : render(value)
      markup += parts[index + 1] ?? ''
    }
    return new Html(markup)
  }
}

/** Lists are joined; `undefined`, `null` and `false` are nothing. */
export type Renderable = Html | string | number | undefined | null | false | readonly Renderable[]

const checked = new WeakSet<TemplateStringsArray>()

/**
 * An auto-escaping template: html`<p class="${name}">${text}</p>`. Joins markup that we wrote with values that anyone may
 * have written: every value is escaped, and one in `href="…"` is kept only when it is a path of ours or an HTTP address.
 * Throws where no escaping would help: a value in an unquoted attribute, in a tag's name, or in a script or style.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Renderable[]): Html {
  if (!checked.has(parts)) {
    refuseUnsafePlaces(parts)
    checked.add(parts)
  }
  return Html.join(parts, values)
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}

function render(value: Renderable): string {
  if (value === undefined || value === null || value === false) return ''
  if (value instanceof Html) return value.toString()
  if (typeof value === 'string' || typeof value === 'number') return escape(String(value))
  return value.map(render).join('')
}

/** `javascript:`, `data:` and the like become a link to nowhere, however they are spelt. */
function safeAddress(address: string): string {
  if (/^\/(?![/\\])/.test(address) || /^[#?]/.test(address)) return address
  const protocol = URL.canParse(address) ? new URL(address).protocol : undefined
  return protocol === 'http:' || protocol === 'https:' ? address : '#'
}

function refuseUnsafePlaces(parts: readonly string[]): void {
  let markup = ''
  for (const part of parts.slice(0, -1)) {
    markup += part
    const tag = markup.slice(markup.lastIndexOf('<'))
    const inside = tag.startsWith('<') && !tag.includes('>')
    const quoted = /="[^"]*$/.test(tag)
    if ((inside && !quoted) || /^<(?:script|style)\b/i.test(tag)) {
      throw new Error(`a value may not stand here: ${tag}`)
    }
  }
}
