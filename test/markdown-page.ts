import { readFileSync } from 'node:fs'
import path from 'node:path'
import { packageRoot } from '../src/base/package-root.ts'

/** What a page of the documentation shows to be typed, copied or followed. */
export interface MarkdownPage {
  readonly text: string
  /** Fenced blocks, also those in lists, without the indentation of the list. */
  readonly blocks: readonly FencedBlock[]
  /** What stands between backticks in running text. */
  readonly inlineCode: readonly string[]
  /** Targets of links within the repository, from its root, without fragments. */
  readonly links: readonly string[]
}

export interface FencedBlock {
  /** The word after the fence; empty when there is none. */
  readonly language: string
  /** Ends with a line end. */
  readonly text: string
}

const fenced = /^( *)(`{3,})(.*)\n([^]*?)^\1\2$/gm

/** Reads a page by its path from the root of the repository. */
export function readMarkdownPage(file: string): MarkdownPage {
  const text = readFileSync(path.join(packageRoot, file), 'utf8')
  const prose = text.replaceAll(fenced, '')
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) =>
    /^(?:[a-z]+:|#)/.test(target) ? [] : [target.replace(/#.*/, '')],
  )
  return {
    text,
    blocks: [...text.matchAll(fenced)].map(([, indent = '', , language = '', body = '']) => ({
      language,
      text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    })),
    inlineCode: [...prose.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replaceAll(/\s+/g, ' ')),
    links: links.map((target) => path.posix.join(path.posix.dirname(file), target)),
  }
}

/** Every command that a page tells people to type: the lines of its `sh` blocks, and inline code that begins with a program. */
export function commandsOf({ blocks, inlineCode }: MarkdownPage): string[] {
  const lines = blocks.filter(({ language }) => language === 'sh').flatMap(({ text }) => text.split('\n'))
  const inline = inlineCode.filter((code) => /^(?:npm|npx|lorgnette|node|git) ./.test(code))
  const commands = [...lines.flatMap((line) => line.replace(/ +# .*/, '').split(' && ')), ...inline]
  return [...new Set(commands.map((command) => command.trim()).filter(Boolean))]
}
