import { mapBounded } from '../base/concurrency.ts'
import { errorKind } from '../base/errors.ts'
import { isBlob } from './blob-id.ts'
import { contentsQuery, contentsResponse, readContents, type Told } from './contents-query.ts'
import type { ContentPlace, GitHubRepository, PlaceContent } from './github.ts'
import { limitAsRestSaysIt } from './graphql-limit.ts'
import { readJson } from './octokit-responses.ts'
import type { RepositoryClient } from './repository-client.ts'

/** GitHub gives itself ten seconds for an answer. */
const PLACES_AT_ONCE = 100
const QUERIES_AT_ONCE = 2
const READS_AT_ONCE = 6

/** Many contents in one call: REST has none for that, GraphQL does. */
export function createRepositoryManyContents(
  { name, path: repository, octokit, calls }: RepositoryClient,
  single: Pick<GitHubRepository, 'fileAt' | 'blob'>,
): Pick<GitHubRepository, 'contents'> {
  async function ask(
    places: readonly ContentPlace[],
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<readonly Told[]> {
    const what = `read ${places.length} files of ${name}`
    const answer = await calls.call(what, signal, async (parameters) =>
      limitAsRestSaysIt(
        await octokit.request('POST /graphql', { ...contentsQuery(repository, places), ...parameters }),
      ),
    )
    return readContents(readJson(contentsResponse, answer, what), places, maxBytes)
  }

  /** A question that fails as a whole leaves everything to the reads one by one: they fail, too, where GitHub does. */
  async function askOrNot(
    places: readonly ContentPlace[],
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<readonly Told[]> {
    try {
      return await ask(places, maxBytes, signal)
    } catch (error) {
      signal.throwIfAborted()
      if (errorKind(error) === 'rate-limited') throw error
      return []
    }
  }

  async function read(
    place: ContentPlace,
    told: Told | undefined,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<PlaceContent> {
    if (told?.kind === 'none') return undefined
    if (told?.kind === 'too large') return 'too large'
    const text = told?.kind === 'text' ? Buffer.from(told.text) : undefined
    if (text && told?.kind === 'text' && isBlob(text, told.blob)) return text
    const bytes =
      'blob' in place
        ? await single.blob(place.blob, signal)
        : await single.fileAt(place.path, place.commit, signal)
    return bytes && bytes.byteLength > maxBytes ? 'too large' : bytes
  }

  return {
    contents: async (places, maxBytes, signal) => {
      // One is read by itself as well.
      const groups = places.length > 1 ? inGroups(places) : []
      const told = await mapBounded(
        groups,
        QUERIES_AT_ONCE,
        (group) => askOrNot(group, maxBytes, signal),
        signal,
      )
      return await mapBounded(
        places,
        READS_AT_ONCE,
        (place, index) =>
          read(place, told[Math.floor(index / PLACES_AT_ONCE)]?.[index % PLACES_AT_ONCE], maxBytes, signal),
        signal,
      )
    },
  }
}

function inGroups<Item>(items: readonly Item[]): Item[][] {
  return Array.from({ length: Math.ceil(items.length / PLACES_AT_ONCE) }, (_, index) =>
    items.slice(index * PLACES_AT_ONCE, (index + 1) * PLACES_AT_ONCE),
  )
}
