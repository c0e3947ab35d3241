import type { JavaScriptRule } from './syntax-tree.ts'

/** `texts.map(parseInt)`: the index arrives as the radix. */
export const mapParseInt: JavaScriptRule = {
  create: (context) => ({
    CallExpression(node) {
      const { callee } = node
      const [callback] = node.arguments
      if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return
      if (callee.property.name !== 'map' || callback?.type !== 'Identifier') return
      if (callback.name === 'parseInt')
        context.report({ node: callback, message: '`map` gives `parseInt` the index as its radix' })
    },
  }),
}
