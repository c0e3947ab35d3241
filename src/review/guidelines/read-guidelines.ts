import type { FileContent } from '../content-of.ts'
import type { Guideline, IgnoredGuideline, ReadGuidelines } from './guideline.ts'
import { readInstructions } from './read-instructions.ts'

/** Written for readers of the code, human or not. */
const PROSE_FILES = ['AGENTS.md', 'CLAUDE.md', '.github/copilot-instructions.md', 'CONTRIBUTING.md']
/** Settings of ours in the repository. */
export const SETTINGS_FILE = '.lorgnette.yml'

/** Every file that guidelines are read from. */
export const guidelineFiles: readonly string[] = [SETTINGS_FILE, ...PROSE_FILES]

/** What is larger is no guide but a book. */
const MAX_CHARACTERS = 100_000

/**
 * The guidelines of a project, through a reader of its base branch: nothing of a head may tell us how to judge it. A file
 * that is not there has none; one whose words stand in another file, too, counts once. What is there and not read is named.
 */
export async function readGuidelines(
  readBase: (path: string) => Promise<FileContent | undefined>,
): Promise<ReadGuidelines> {
  const files = await Promise.all(
    guidelineFiles.map(async (source) => ({ source, ...(await readBase(source)) })),
  )
  const guidelines: Guideline[] = []
  const ignoredGuidelines: IgnoredGuideline[] = []
  const sources = new Map<string, string>()
  for (const { source, content: text = '', noContent } of files) {
    const before = sources.get(text)
    const reason =
      noContent ?? (text.length > MAX_CHARACTERS ? TOO_LONG : before && `it says the same as ${before}`)
    if (reason !== undefined) {
      ignoredGuidelines.push({ source, reason })
    } else if (source === SETTINGS_FILE) {
      const { instructions, problems } = readInstructions(text)
      guidelines.push(...instructions.map((instruction) => ({ source, ...instruction })))
      ignoredGuidelines.push(...problems.map((problem) => ({ source, reason: problem })))
    } else if (text.trim() !== '') {
      guidelines.push({ source, text })
      sources.set(text, source)
    }
  }
  return { guidelines, ignoredGuidelines }
}

const TOO_LONG = `it has more than ${MAX_CHARACTERS.toLocaleString('en')} characters`
