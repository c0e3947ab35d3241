import type { Call, Context, TreeNode } from './syntax-tree.ts'

export interface FunctionFacts {
  readonly async: boolean
  readonly generator: boolean
}

/** The function of the same file that a call reaches, when only one can be meant: by its name, or as `this.method()`. */
export function calledFunction(context: Context, call: Call): FunctionFacts | undefined {
  const { callee } = call
  if (callee.type === 'Identifier') {
    const reference = context.sourceCode
      .getScope(callee)
      .references.find(({ identifier }) => identifier === callee)
    const definitions = reference?.resolved?.defs ?? []
    const [definition] = definitions
    if (!definition || definitions.length > 1) return undefined
    const { node, parent, type } = definition
    // The definition of a parameter is its function, which says nothing of what is passed.
    if (type === 'FunctionName' && node.type === 'FunctionDeclaration') return node
    const isConstant = parent?.type === 'VariableDeclaration' && parent.kind === 'const'
    return type === 'Variable' && node.type === 'VariableDeclarator' && isConstant
      ? asFunction(node.init)
      : undefined
  }
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'ThisExpression' || callee.computed)
    return undefined
  const { property } = callee
  for (let node: TreeNode | null = call.parent; node; node = node.parent) {
    if (node.type !== 'ClassBody') continue
    const methods = node.body.filter(
      (member) =>
        member.type === 'MethodDefinition' &&
        member.key.type === property.type &&
        'name' in member.key &&
        'name' in property &&
        member.key.name === property.name,
    )
    const [method] = methods
    return methods.length === 1 && method?.type === 'MethodDefinition' ? method.value : undefined
  }
  return undefined
}

/** The innermost function around a node. */
export function enclosingFunction(node: TreeNode): FunctionFacts | undefined {
  for (let outer = node.parent; outer; outer = outer.parent) {
    const found = outer.type === 'FunctionDeclaration' ? outer : asFunction(outer)
    if (found) return found
  }
  return undefined
}

function asFunction(node: TreeNode | null): FunctionFacts | undefined {
  return node?.type === 'ArrowFunctionExpression' || node?.type === 'FunctionExpression' ? node : undefined
}
