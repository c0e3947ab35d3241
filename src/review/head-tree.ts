import type { Closable } from '../base/closer.ts'
import type { CommitId, GitAccess, RepositoryName } from '../github/github.ts'

/** One place where a searched word stands. */
export interface WordPlace {
  readonly path: string
  /** 1-based. */
  readonly line: number
  readonly word: string
}

export interface WordSearch {
  /** By path, then by line: the same for the same tree on every machine. A word that stands in a line twice is there once. */
  readonly places: readonly WordPlace[]
  /** Words on more than `MAX_PLACES` lines, which would say nothing: none of their places is among the others. */
  readonly tooCommon: readonly string[]
}

/**
 * The files of one commit, as text to look at. Nothing is checked out, nothing of the commit is executed, and no setting
 * or attribute that comes with it is obeyed. Paths are repository paths with `/`, compared to the letter.
 *
 * All that it returns is untrusted, may hold credentials, and is the same at every call. What the tree does not have is
 * not there, which is no error. A tree whose storage fails or vanished meanwhile throws; a review can go on without one.
 * Operations may run at once. None may be called after `close`.
 */
export interface HeadTree extends Closable {
  /**
   * The text of a regular file. Undefined for folders, symbolic links, submodules, for what is not UTF-8 text, for files
   * above `MAX_TREE_FILE_BYTES`, and where nothing stands.
   */
  file(path: string, signal: AbortSignal): Promise<string | undefined>

  /** The texts of those of the files that `file` would have a text of, in the order of `paths`: many at the cost of few. */
  files(paths: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>>

  /** Paths of regular files, by code units, the first `MAX_TREE_PATHS`. Names that are not UTF-8 are left out. */
  paths(signal: AbortSignal): Promise<readonly string[]>

  /**
   * Every line of a text file with one of the words in it, case and all. Files too large for `file` may be left out.
   * A word ends where no ASCII letter, digit or underscore follows. What is found of a word does not depend on the other
   * words. Only the first `MAX_SEARCH_WORDS` are looked for, and no word above 200 characters or over several lines.
   */
  search(words: readonly string[], signal: AbortSignal): Promise<WordSearch>
}

/** Larger files are data or built: no reader learns from them. */
export const MAX_TREE_FILE_BYTES = 1_000_000
/** Some repositories have more; what is asked of the tree by name is found all the same. */
export const MAX_TREE_PATHS = 100_000
export const MAX_SEARCH_WORDS = 200
/** A word on more lines than this is too common. */
export const MAX_PLACES = 500

/** A tree, or the reason why there is none, in words for people: `its snapshot is larger than 500 MB`. */
export type OpenedHeadTree =
  | { readonly kind: 'opened'; readonly tree: HeadTree }
  | { readonly kind: 'unavailable'; readonly reason: string }

/** What is asked for a tree when it has to be fetched: a repository on GitHub. */
export interface RepositorySource {
  readonly name: RepositoryName
  gitAccess(signal: AbortSignal): Promise<GitAccess>
}

/** Where trees come from. */
export interface HeadTrees {
  /**
   * The files of a commit of a repository. Whatever keeps a tree from being had (an outage, a bound, a commit that is
   * gone) is an answer and no error: the review goes on with less context. An abort is thrown as it is.
   */
  open(repository: RepositorySource, commit: CommitId, signal: AbortSignal): Promise<OpenedHeadTree>
}
