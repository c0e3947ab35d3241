import type { JavaScriptRule } from './syntax-tree.ts'

/** Methods that look at what the callback returns: a promise is always truthy. */
const judging: ReadonlySet<string> = new Set([
  'every',
  'filter',
  'find',
  'findIndex',
  'findLast',
  'some',
  'sort',
])

/** `items.forEach(async …)`: nobody waits for the promises. `items.filter(async …)`: every promise counts as yes. */
export const asyncCallback: JavaScriptRule = {
  create: (context) => ({
    CallExpression(node) {
      const { callee } = node
      const [callback] = node.arguments
      if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return
      if (callback?.type !== 'ArrowFunctionExpression' && callback?.type !== 'FunctionExpression') return
      if (!callback.async || callback.generator) return
      const { name } = callee.property
      const place = { start: callee.property.start, end: callback.body?.start ?? callback.end }
      const loc = {
        start: context.sourceCode.getLocFromIndex(place.start),
        end: context.sourceCode.getLocFromIndex(place.end),
      }
      if (name === 'forEach')
        context.report({ loc, message: 'Nobody waits for the promises of this `forEach`' })
      if (judging.has(name))
        context.report({ loc, message: `\`${name}\` gets a promise, which is always truthy` })
    },
  }),
}
