import { parse } from 'yaml'
import { z } from 'zod'
import type { Guideline } from './guideline.ts'

/** Written for readers of the code, human or not. */
const PROSE_FILES = ['AGENTS.md', 'CLAUDE.md', '.github/copilot-instructions.md']
/** Settings of ours in the repository. */
const SETTINGS_FILE = '.lorgnette.yml'

/** Every file that guidelines are read from. */
export const guidelineFiles: readonly string[] = [SETTINGS_FILE, ...PROSE_FILES]

/** What is larger is no guide but a book. */
const MAX_CHARACTERS = 100_000

/** Of the settings only this part is read here. One entry that is wrong does not take the others along. */
const settings = z.object({ instructions: z.array(z.unknown()) })

const paths = z
  .union([z.string(), z.array(z.string())])
  .transform((one) => (typeof one === 'string' ? [one] : one))
const instruction = z.object({ paths: paths.optional(), text: z.string().min(1) })

/**
 * The guidelines of a project, through a reader of its base branch: nothing of a head may tell us how to judge it. A file
 * that is not there, or is no text, has none; one whose words stand in another file, too, counts once.
 */
export async function readGuidelines(
  readBase: (path: string) => Promise<string | undefined>,
): Promise<readonly Guideline[]> {
  const [ours = '', ...prose] = await Promise.all(
    guidelineFiles.map(async (path) => {
      const text = (await readBase(path)) ?? ''
      return text.length <= MAX_CHARACTERS ? text : ''
    }),
  )
  const files = PROSE_FILES.map((source, index) => ({ source, text: prose[index] ?? '' }))
  const known = new Set<string>()
  return [
    ...instructionsIn(ours),
    ...files.filter(({ text }) => {
      const isNew = text.trim() !== '' && !known.has(text)
      known.add(text)
      return isNew
    }),
  ]
}

function instructionsIn(text: string): readonly Guideline[] {
  const read = settings.safeParse(parseYaml(text))
  if (!read.success) return []
  return read.data.instructions.flatMap((entry): Guideline[] => {
    const one = instruction.safeParse(entry)
    if (!one.success) return []
    const { paths, text } = one.data
    return [{ source: SETTINGS_FILE, text, ...(paths && { paths }) }]
  })
}

/** Undefined for what is no YAML. Aliases are refused: a few of them make a text of gigabytes. */
function parseYaml(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0, logLevel: 'silent' })
  } catch {
    return undefined
  }
}
