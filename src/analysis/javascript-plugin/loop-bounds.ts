import type { JavaScriptRule } from './syntax-tree.ts'

/** `for (…; i <= items.length; i++)` with `items[i]` in it: the last step reads behind the end. */
export const loopBounds: JavaScriptRule = {
  create: (context) => ({
    ForStatement({ init, test }) {
      if (test?.type !== 'BinaryExpression' || test.operator !== '<=' || init?.type !== 'VariableDeclaration')
        return
      const { left, right } = test
      if (left.type !== 'Identifier' || right.type !== 'MemberExpression') return
      if (right.object.type !== 'Identifier' || right.property.type !== 'Identifier') return
      const list = right.object.name
      if (right.property.name !== 'length') return
      const counter = context.sourceCode.getDeclaredVariables(init).find(({ name }) => name === left.name)
      const readsBehindEnd = counter?.references.some(({ identifier }) => {
        const { parent } = identifier
        return (
          parent?.type === 'MemberExpression' &&
          parent.computed &&
          parent.property === identifier &&
          parent.object.type === 'Identifier' &&
          parent.object.name === list
        )
      })
      if (readsBehindEnd)
        context.report({
          node: test,
          message: `The loop reads \`${list}[${list}.length]\`, which is behind the end`,
        })
    },
  }),
}
