import type { JavaScriptRule, TreeNode } from './syntax-tree.ts'

const secretName = /token|secret|passw|nonce|otp$|sessionid|session_id|api_?key|reset_?code|salt$/i

/** `Math.random()` that ends up in something whose name says that it must not be guessed. */
export const guessableSecret: JavaScriptRule = {
  create: (context) => ({
    CallExpression(node) {
      const { callee } = node
      if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return
      if (callee.object.type !== 'Identifier' || callee.object.name !== 'Math') return
      if (callee.property.name === 'random' && secretName.test(nameOfResult(node)))
        context.report({ node, message: 'Secret is made with `Math.random()`' })
    },
  }),
}

/** `rejectUnauthorized: false`: any certificate will do. */
export const uncheckedCertificate: JavaScriptRule = {
  create: (context) => ({
    Property(node) {
      const { key, value } = node
      const isSwitch = key.type === 'Identifier' && key.name === 'rejectUnauthorized'
      if (isSwitch && value.type === 'Literal' && value.value === false)
        context.report({ node, message: 'Certificates are not checked' })
    },
  }),
}

/** The name of the variable, property or function that a value ends up in. */
function nameOfResult(node: TreeNode): string {
  for (let outer: TreeNode | null = node; outer; outer = outer.parent) {
    if (outer.type === 'VariableDeclarator') return outer.id.type === 'Identifier' ? outer.id.name : ''
    if (outer.type === 'FunctionDeclaration') return outer.id?.name ?? ''
    if (outer.type === 'Property' || outer.type === 'MethodDefinition')
      return outer.key.type === 'Identifier' ? outer.key.name : ''
    if (outer.type === 'AssignmentExpression') {
      const { left } = outer
      if (left.type === 'Identifier') return left.name
      return left.type === 'MemberExpression' && left.property.type === 'Identifier' ? left.property.name : ''
    }
  }
  return ''
}
