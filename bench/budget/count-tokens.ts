import { createRequire } from 'node:module'
import path from 'node:path'
import { z } from 'zod'
import { installPeers } from '../install-peers.ts'

const TOKENIZER = 'gpt-tokenizer'

const encoding = z.object({
  countTokens: z.custom<(text: string) => number>((value) => typeof value === 'function'),
})

/** The tokens that a real model makes of a text: those of OpenAI's models of today. Installed for this alone. */
export function openTokenCounter(say: (line: string) => void): (text: string) => number {
  const folder = installPeers([`${TOKENIZER}@4.0.0`], say)
  const require = createRequire(path.join(folder, 'package.json'))
  const { countTokens } = encoding.parse(require(`${TOKENIZER}/encoding/o200k_base`))
  return countTokens
}
