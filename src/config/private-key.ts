import { createPrivateKey, type KeyObject } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { z } from 'zod'
import type { ValueType } from './setting.ts'
import { expandHome } from './folders.ts'

/** No private key is longer; whatever is, was named by mistake. */
const maxFileBytes = 64_000

/**
 * The private key of a GitHub App: an RSA key as PEM text (line ends may be written as `\n`), the base64 of that,
 * or the path of a file with it. Read as PEM text in PKCS #8 form.
 * Problems never quote the value: it may be a key that was pasted with a mistake.
 */
export const privateKey: ValueType<string> = {
  schema: z.string().transform((text, context) => {
    const found = findPem(text)
    if ('problem' in found) {
      context.addIssue(found.problem)
      return z.NEVER
    }
    const key = readKey(found.pem)
    if (key?.asymmetricKeyType !== 'rsa') {
      context.addIssue(key ? 'is a key of another kind than RSA' : 'holds no private key that can be read')
      return z.NEVER
    }
    return key.export({ type: 'pkcs8', format: 'pem' }).toString()
  }),
  expected: 'the RSA key that GitHub made for the App: PEM text, its base64, or the path of its `.pem` file',
}

function findPem(text: string): { readonly pem: string } | { readonly problem: string } {
  const written = text.replaceAll(String.raw`\n`, '\n')
  if (isPem(written)) return { pem: written }
  const decoded = Buffer.from(text, 'base64').toString()
  if (isPem(decoded)) return { pem: decoded }
  return readPemFile(expandHome(text))
}

function readPemFile(path: string): { readonly pem: string } | { readonly problem: string } {
  try {
    const file = statSync(path)
    if (!file.isFile()) return { problem: 'names something that is not a file' }
    if (file.size > maxFileBytes) return { problem: 'names a file that is too large for a key' }
    return { pem: readFileSync(path, 'utf8').trim() }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException // thrown by node:fs
    if (code === 'EACCES') return { problem: 'names a file that may not be read' }
    return { problem: 'is neither a PEM key, nor its base64, nor the path of a file' }
  }
}

function isPem(text: string): boolean {
  return text.trimStart().startsWith('-----BEGIN ')
}

function readKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem)
  } catch {
    return undefined
  }
}
