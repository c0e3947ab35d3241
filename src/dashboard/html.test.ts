import { expect, test } from 'vitest'
import { html, type Renderable } from './html.ts'

test('text is text, whatever stands in it', () => {
  const text = `<script>alert("1")</script> & 'more'`
  expect(String(html`<p>${text}</p>`)).toBe(
    '<p>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;more&#39;</p>',
  )
})

test('a value cannot leave its attribute', () => {
  expect(String(html`<p title="${'" onmouseover="alert(1)'}"></p>`)).toBe(
    '<p title="&quot; onmouseover=&quot;alert(1)"></p>',
  )
})

test.each([
  'javascript:alert(1)',
  ' javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'java\tscript:alert(1)',
  'java\nscript:alert(1)',
  '\u0001javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:msgbox(1)',
  'file:///etc/passwd',
  '//evil.example',
  '/\\evil.example',
  'evil.example',
  '',
])('a link to %j leads nowhere', (address) => {
  expect(String(html`<a href="${address}">x</a>`)).toBe('<a href="#">x</a>')
})

test.each([
  '/runs/1',
  '#what',
  '?before=1',
  'https://github.com/octo/hello/pull/1',
  'http://localhost:3000/',
])('a link to %s stays', (address) => {
  expect(String(html`<a href="${address}">x</a>`)).toBe(`<a href="${address}">x</a>`)
})

test('a good address is escaped as well', () => {
  expect(String(html`<a href="${'https://a.example/?a=1&b="<'}">x</a>`)).toBe(
    '<a href="https://a.example/?a=1&amp;b=&quot;&lt;">x</a>',
  )
})

test('markup within markup is kept, lists are joined, and nothing is nothing', () => {
  const items = ['a', '<b>'].map((item) => html`<i>${item}</i>`)
  expect(String(html`<b>${items}${undefined}${null}${false}${0}${''}</b>`)).toBe(
    '<b><i>a</i><i>&lt;b&gt;</i>0</b>',
  )
})

test('an object that looks like markup is no markup', () => {
  // What JSON from outside could hold, had it slipped through the types.
  const forged = { markup: '<script>', toString: () => '<script>' } as unknown as Renderable
  expect(() => String(html`<p>${forged}</p>`)).toThrow(TypeError)
})

test.each([
  ['an unquoted attribute', () => html`<p title=${'x onclick=alert(1)'}></p>`],
  ["a tag's name", () => html`<${'script'}>`],
  ["an attribute's name", () => html`<p ${'onclick'}="x"></p>`],
  [
    'a script',
    () =>
      html`<script>
        ${'alert(1)'}
      </script>`,
  ],
  [
    'a style',
    () =>
      html`<style>
        ${'*{}'}
      </style>`,
  ],
])('a value in %s is refused', (_, render) => {
  expect(render).toThrow('a value may not stand here')
})
