import type { Unit } from '../units.ts'
import { touchedDefinitions } from './enclosing.ts'
import { importsOf, type Import } from './imports.ts'
import { definedNames, usedNames, type UsedName } from './names.ts'
import { touchedLines } from './shown-lines.ts'
import type { Source } from './source.ts'

/** A definition that the unit touches, by its name: who uses it? */
export interface ChangedName {
  readonly name: string
  readonly how: 'removed' | 'signature' | 'body' | 'type'
  /** Whether it belongs to a class: then other classes may have one of the same name. */
  readonly isMember: boolean
}

/** What has to be looked up in other files (and in this one) for a unit. */
export interface LookUp {
  /** The most telling first. */
  readonly used: readonly UsedName[]
  readonly changed: readonly ChangedName[]
  readonly imports: readonly Import[]
}

const MOST_USED = 40
const MOST_CHANGED = 16
const SMALL_TYPE_LINES = 40
/** Their definitions are too many to say anything. */
const saysNothing =
  /^(?:__\w+__|constructor|main|setUp|tearDown|setup|teardown|render|init|run|get|set|test_\w+)$/

/** Of several words: `readTimeout` hardly means two things in one repository, `read` and `getData` do. */
export function isDistinctive(name: string): boolean {
  return /[a-z0-9][A-Z]|[A-Za-z]_[A-Za-z]/.test(
    name.replace(/^(?:get|set|is|has|to|on)_?(?=[A-Z]|[a-z]+_)/, ''),
  )
}

/** Pure: what a unit uses and changes, from its hunks and, where it is known, its file. */
export function lookUpFor(unit: Pick<Unit, 'hunks' | 'path'>, source: Source | undefined): LookUp {
  const imports = source ? importsOf(source) : []
  const added = definedNames(unit.hunks, unit.path, 'added')
  const imported = new Set(imports.flatMap(({ names }) => [...names]))
  const own = new Set(source ? topLevelNames(source) : [])
  const used = usedNames(unit.hunks, unit.path, source)
    .filter(({ name, role }) => isWorthIt(name, role, imported, own) && !added.has(name))
    .toSorted((a, b) => weight(b, imported) - weight(a, imported) || a.order - b.order)
    .slice(0, MOST_USED)
  return { used, imports, changed: changedNames(unit, source, added) }
}

/** A plain name is as a rule a local variable: only what is imported, of this file, or spelt like a type or constant counts. */
function isWorthIt(
  name: string,
  role: UsedName['role'],
  imported: ReadonlySet<string>,
  own: ReadonlySet<string>,
): boolean {
  if (saysNothing.test(name)) return false
  if (role === 'call' || role === 'member call') return true
  const isKnown = imported.has(name) || own.has(name)
  if (role === 'type') return true
  return isKnown || (role === 'plain' && /^[A-Z][A-Z0-9_]{3,}$/.test(name))
}

function weight({ name, role, uses }: UsedName, imported: ReadonlySet<string>): number {
  const byRole = { call: 3, type: 2.5, 'member call': 2, plain: 1.5, member: 1 }[role]
  return byRole + (imported.has(name) ? 1 : 0) + Math.min(uses, 4) * 0.1
}

function* topLevelNames({ code, depths, indents }: Source): Generator<string> {
  for (const [line, text] of code.entries()) {
    if (depths[line] !== 0 || indents[line] !== 0) continue
    const [, name] =
      /^(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:def|class|const|let|var|function\*?|type|interface|enum)?\s*([A-Za-z_$][\w$]*)/.exec(
        text,
      ) ?? []
    if (name !== undefined) yield name
  }
}

function changedNames(
  unit: Pick<Unit, 'hunks' | 'path'>,
  source: Source | undefined,
  added: ReadonlySet<string>,
): ChangedName[] {
  const changed = new Map<string, ChangedName>()
  const removed = definedNames(unit.hunks, unit.path, 'removed')
  for (const name of removed) {
    if (!added.has(name)) changed.set(name, { name, how: 'removed', isMember: false })
  }
  const touched = new Set(touchedLines(unit.hunks))
  for (const { definition, outer } of source ? touchedDefinitions(unit, source) : []) {
    const { name, kind, header, body } = definition
    const isMember = outer.some((around) => around.kind === 'type')
    // What is new as a whole had no users before.
    const isNew = added.has(name) && !removed.has(name)
    if (changed.has(name) || isNew) continue
    const signature = Array.from({ length: body - header }, (_, at) => header + at).some((line) =>
      touched.has(line),
    )
    // Who uses a class says little about one of its methods, or a field among many.
    if (kind === 'type' && !signature && definition.end - header > SMALL_TYPE_LINES) continue
    changed.set(name, { name, how: kind === 'type' ? 'type' : signature ? 'signature' : 'body', isMember })
  }
  return [...changed.values()]
    .filter(({ name }) => name.length > 2 && !saysNothing.test(name))
    .slice(0, MOST_CHANGED)
}
