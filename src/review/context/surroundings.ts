import type { Closable } from '../../base/closer.ts'
import { errorMessage, isAbort } from '../../base/errors.ts'
import type { Change } from '../change.ts'
import type { HeadTree } from '../head-tree.ts'
import { redactedTree } from '../redact-head-tree.ts'
import type { ScanSecrets } from '../redact-change.ts'
import type { RunEvent } from '../run-store.ts'
import { sharedTree } from '../shared-head-tree.ts'
import type { Unit } from '../units.ts'
import { budgetTokens, type ContextBudget } from './context-budget.ts'
import { gatherUnitContext } from './gather-unit-context.ts'
import { rememberSources } from './remember-sources.ts'
import { renderContext } from './render-context.ts'

/** What units are read with, for one review. */
export interface Surroundings extends Closable {
  contextOf(unit: Unit, budget: ContextBudget): Promise<string>
  /** Whether there are files of the head to look into; it ends when they fail. */
  hasTree(): boolean
  /** What `look` finds in the files of the head; undefined when there are none, or when they fail. */
  lookInto<Seen>(look: (tree: HeadTree) => Promise<Seen>): Promise<Seen | undefined>
}

/**
 * Opens the head of a change to look around in, without its credentials. No tree is no failure: units are read with
 * their own files alone then, also from the moment on at which a tree fails; the run says so, once.
 */
export async function openSurroundings(
  openHead: Change['openHead'],
  scan: ScanSecrets,
  hide: (text: string) => string,
  observer: { event(event: RunEvent): void | Promise<void> },
  signal: AbortSignal,
): Promise<Surroundings> {
  const opened = await openHead?.(signal)
  let tree = opened?.kind === 'opened' ? sharedTree(redactedTree(opened.tree, scan, hide)) : undefined
  const read = rememberSources()
  const first = tree
  try {
    if (opened) await tell(opened.kind === 'opened' ? 'open' : opened.reason)
  } catch (error) {
    await first?.close()
    throw error
  }

  async function tell(head: string): Promise<void> {
    await observer.event({ step: 'looked around', detail: { 'files of the head': head } })
  }

  async function gather(unit: Unit, budget: number, from: HeadTree | undefined): Promise<string> {
    return renderContext(await gatherUnitContext(unit, from, budget, signal, read))
  }

  async function lookInto<Seen>(look: (tree: HeadTree) => Promise<Seen>): Promise<Seen | undefined> {
    const asked = tree
    if (!asked) return undefined
    try {
      return await look(asked)
    } catch (error) {
      if (isAbort(error)) throw error
      // Units are read at once: the first one to fail speaks for all.
      const isFirst = tree !== undefined
      tree = undefined
      if (isFirst) await tell(errorMessage(error))
      return undefined
    }
  }

  return {
    async contextOf(unit, budget) {
      const tokens = budgetTokens(unit, budget)
      const seen = await lookInto((asked) => gather(unit, tokens, asked))
      return seen ?? (await gather(unit, tokens, undefined))
    },
    hasTree: () => tree !== undefined,
    lookInto,
    close: async () => await first?.close(),
  }
}
