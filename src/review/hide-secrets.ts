import { KnownSecrets } from './known-secrets.ts'
import type { ScanSecrets } from './redact-change.ts'

/** A text that is no file, such as a title, with a placeholder for each secret in it: `‹secret:github-token›`. */
export async function hideSecrets(text: string, scan: ScanSecrets): Promise<string> {
  const spans = await scan(text, 'title')
  if (spans.length === 0) return text
  const secrets = new KnownSecrets()
  for (const { start, end, kind } of spans) secrets.learn(text.slice(start, end), kind)
  return secrets.redact(text)
}
