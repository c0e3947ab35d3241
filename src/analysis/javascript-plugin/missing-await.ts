import { calledFunction, enclosingFunction } from './called-function.ts'
import type { Call, Context, JavaScriptRule, TreeNode } from './syntax-tree.ts'

/**
 * A call of an async function of the same file whose promise is taken for its value, or for done.
 * Without types no other function is known to be async, so nothing is guessed.
 */
export const missingAwait: JavaScriptRule = {
  create: (context) => ({
    CallExpression(node) {
      const called = calledFunction(context, node)
      if (!called?.async || called.generator) return
      const misuse = misuseOf(context, node)
      if (misuse) context.report({ node, message: `${misuse}: \`await\` is missing before ${nameOf(node)}` })
    },
  }),
}

function misuseOf(context: Context, call: Call): string | undefined {
  const { parent } = call
  if (takesValue(parent, call)) return 'The promise itself is used as the value'
  if (parent.type === 'ExpressionStatement' && enclosingFunction(call)?.async)
    return 'Nobody waits for the call, and its error is lost'
  if (parent.type === 'ReturnStatement' && isInsideTry(parent))
    return 'The `catch` around it never sees its error'
  if (parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier') {
    const [variable] = context.sourceCode.getDeclaredVariables(parent)
    // Safe: references stand in the tree, so they are nodes with a parent.
    const references = (variable?.references ?? []).map(({ identifier }) => identifier as TreeNode)
    const used = references.some((reference) => reference.parent && takesValue(reference.parent, reference))
    const awaited = references.some(({ parent: user }) => user?.type === 'AwaitExpression')
    if (used && !awaited) return 'The promise itself is used as the value'
  }
  return undefined
}

/** Whether `user` looks into what `node` is: a promise is truthy, equals nothing, and has no members of the value. */
function takesValue(user: TreeNode, node: TreeNode): boolean {
  if (user.type === 'IfStatement' || user.type === 'WhileStatement' || user.type === 'ConditionalExpression')
    return user.test === node
  if (user.type === 'UnaryExpression') return user.operator === '!'
  if (user.type === 'ForOfStatement') return user.right === node && !user.await
  if (user.type === 'BinaryExpression') {
    // Comparing promises with each other, or looking for one, is meant.
    const mayBeMeant = /^(?:[!=]==?|in|instanceof)$/.test(user.operator)
    return !mayBeMeant || isLiteral(user.left) || isLiteral(user.right)
  }
  return (
    user.type === 'MemberExpression' &&
    user.object === node &&
    user.property.type === 'Identifier' &&
    !user.computed &&
    !['then', 'catch', 'finally'].includes(user.property.name)
  )
}

function isLiteral({ type }: TreeNode): boolean {
  return type === 'Literal' || type === 'TemplateLiteral'
}

/** In the block of a `try` with a `catch`, in the same function. */
function isInsideTry(node: TreeNode): boolean {
  for (let child = node, parent = node.parent; parent; child = parent, parent = parent.parent) {
    if (parent.type === 'TryStatement' && parent.block === child && parent.handler) return true
    if (/Function/.test(parent.type)) return false
  }
  return false
}

function nameOf({ callee }: Call): string {
  if (callee.type === 'Identifier') return `\`${callee.name}\``
  return callee.type === 'MemberExpression' && callee.property.type === 'Identifier'
    ? `\`this.${callee.property.name}\``
    : 'it'
}
