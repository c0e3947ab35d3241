import type { TreeNode } from './syntax-tree.ts'

/** A text that is put together at run time: its fixed parts, and between each two of them a value. */
export interface BuiltText {
  readonly fixed: readonly string[]
  readonly values: readonly TreeNode[]
}

/** Reads a template or a concatenation; undefined for everything else, and for texts without a value in them. */
export function builtText(node: TreeNode | undefined): BuiltText | undefined {
  const parts = node ? partsOf(node) : []
  const fixed = ['']
  const values: TreeNode[] = []
  for (const part of parts) {
    if (typeof part === 'string') fixed[fixed.length - 1] += part
    else {
      values.push(part)
      fixed.push('')
    }
  }
  return values.length > 0 && parts.some((part) => typeof part === 'string' && part !== '')
    ? { fixed, values }
    : undefined
}

function partsOf(node: TreeNode): (string | TreeNode)[] {
  if (node.type === 'TemplateLiteral') {
    return node.quasis.flatMap(({ value }, index) => {
      const expression = node.expressions[index]
      return [value.cooked ?? value.raw, ...(expression ? partsOf(expression) : [])]
    })
  }
  if (node.type === 'BinaryExpression' && node.operator === '+')
    return [...partsOf(node.left), ...partsOf(node.right)]
  if (node.type === 'Literal') return [String(node.value)]
  return [node]
}
