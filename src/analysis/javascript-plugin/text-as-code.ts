import { builtText } from './built-text.ts'
import type { Call, Context, JavaScriptRule, TreeNode } from './syntax-tree.ts'

const statement =
  /^\s*(?:select\b[\s\S]*\bfrom|insert\s+into|update\b[\s\S]*\bset|delete\s+from|replace\s+into)\b/i
/** What stands before a value, in contrast to the name of a table or the number of a parameter (`$1`). */
const beforeValue = /(?:[=<>(,'"%]|\blike|\bvalues|\bin|\band|\bor|\blimit)\s*$/i

/** SQL that values become part of, as an argument of anything. */
export const sqlFromText: JavaScriptRule = {
  create: (context) => {
    const check = (node: TreeNode): void => {
      // Of nested concatenations the outermost is looked at; a tagged template takes care of its values itself.
      const { parent } = node
      if (parent?.type === 'BinaryExpression' || parent?.type === 'TaggedTemplateExpression') return
      const text = builtText(node)
      if (!text || !statement.test(text.fixed.join('x'))) return
      const injected = text.values.some(
        (value, index) => beforeValue.test(text.fixed[index] ?? '') && !isHarmless(value),
      )
      if (injected) context.report({ node, message: 'SQL statement is built from values' })
    }
    return { TemplateLiteral: check, BinaryExpression: check }
  },
}

/** `exec(…)` and `execSync(…)` of child_process with a command that values become part of. */
export const commandFromText: JavaScriptRule = {
  create: (context) => ({
    CallExpression(node) {
      const text = isShellCall(context, node) ? builtText(node.arguments[0]) : undefined
      if (text?.values.some((value) => !isHarmless(value)))
        context.report({ node, message: 'Shell command is built from values' })
    },
  }),
}

/** `element.innerHTML = …` and `insertAdjacentHTML(…)` with HTML that values become part of. */
export const htmlFromText: JavaScriptRule = {
  create: (context) => {
    const check = (node: TreeNode, html: TreeNode | undefined): void => {
      // A call is taken to escape its value.
      const injected = builtText(html)?.values.some(
        (value) =>
          !isHarmless(value) && value.type !== 'CallExpression' && value.type !== 'ConditionalExpression',
      )
      if (injected) context.report({ node, message: 'HTML is built from values that are not escaped' })
    }
    return {
      AssignmentExpression(node) {
        if (/^(?:inner|outer)HTML$/.test(propertyName(node.left) ?? '')) check(node, node.right)
      },
      CallExpression(node) {
        if (propertyName(node.callee) === 'insertAdjacentHTML') check(node, node.arguments[1])
      },
    }
  },
}

function isShellCall(context: Context, { callee }: Call): boolean {
  if (callee.type === 'MemberExpression')
    return (
      callee.object.type === 'Identifier' &&
      /^(?:cp|child_?process)$/i.test(callee.object.name) &&
      /^exec(?:Sync)?$/.test(propertyName(callee) ?? '')
    )
  return (
    callee.type === 'Identifier' &&
    /^exec(?:Sync|Async|Promise)?$/.test(callee.name) &&
    /['"](?:node:)?child_process['"]/.test(context.sourceCode.text)
  )
}

function propertyName(node: TreeNode): string | undefined {
  return node.type === 'MemberExpression' && node.property.type === 'Identifier'
    ? node.property.name
    : undefined
}

/** Constants by their spelling, numbers by their making, and lengths. */
function isHarmless(node: TreeNode): boolean {
  if (node.type === 'Identifier') return /^[A-Z][A-Z0-9_]*$/.test(node.name)
  if (node.type === 'MemberExpression') return /^(?:length|[A-Z][A-Z0-9_]*)$/.test(propertyName(node) ?? '')
  if (node.type === 'CallExpression')
    return node.callee.type === 'Identifier'
      ? /^(?:Number|parseInt|parseFloat|escape\w*|quote\w*)$/.test(node.callee.name)
      : /^(?:escape\w*|quote\w*|join|repeat|map)$/i.test(propertyName(node.callee) ?? '')
  return false
}
