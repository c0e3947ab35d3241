import type { RuleTester } from 'oxlint/plugins-dev'

/** A rule for oxlint; its package exports the type only through the tester's. */
export type JavaScriptRule = Extract<Parameters<RuleTester['run']>[1], { create: unknown }>

type Visitor = ReturnType<JavaScriptRule['create']>
type NodeOf<Name extends keyof Visitor> = Visitor[Name] extends ((node: infer Node) => void) | undefined
  ? Node
  : never

export type Context = Parameters<JavaScriptRule['create']>[0]
export type Call = NodeOf<'CallExpression'>
/** Any node, to be narrowed by its `type`. */
export type TreeNode = NonNullable<Call['parent']>
