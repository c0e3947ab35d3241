import { findPrivateKeys } from './private-keys.ts'
import {
  connectionPassword,
  elementValue,
  namedValue,
  secretPatterns,
  unquotedValue,
} from './secret-patterns.ts'
import { isPlaceholder, looksLikeKey, looksLikePassword } from './secret-plausibility.ts'
import { matchSecretlintRules } from './secretlint-rules.ts'
import { isTestPath } from './test-path.ts'

/** Where a secret stands, in UTF-16 offsets, the end not included. */
export interface SecretSpan {
  readonly start: number
  readonly end: number
  /** `github-token`, `aws-secret-key`, `private-key`, `password`, … */
  readonly kind: string
  /** Fit for a finding. What is not certain is still worth hiding. */
  readonly certain: boolean
}

/** Text is looked at in pieces of about this length, and the event loop gets a turn between them. */
const pieceLength = 128_000
/** The pieces share this much, so that a secret on a border lies whole in one of them. */
const overlap = 4_000

/**
 * Secrets in a text, sorted and without overlaps. The path tells tests and lock files, where less is certain.
 * All patterns take linear time; ten megabytes on one line are no problem.
 */
export async function scanSecrets(text: string, path: string): Promise<readonly SecretSpan[]> {
  const place = describePath(path)
  const spans: SecretSpan[] = findPrivateKeys(text).map(({ start, end, whole }) => ({
    start,
    end,
    kind: 'private-key',
    certain: whole && !place.isTest,
  }))
  for (let start = 0; start < text.length; start += pieceLength) {
    if (start > 0) await new Promise((resolve) => setImmediate(resolve))
    const piece = text.slice(start, start + pieceLength + overlap)
    for (const span of [...scanPiece(piece, place), ...(await lintPiece(piece, place))])
      spans.push({ ...span, start: span.start + start, end: span.end + start })
  }
  return withoutOverlaps(pairAwsKeys(spans))
}

interface Place {
  readonly isTest: boolean
  /** Made by a tool, full of hashes. */
  readonly isLock: boolean
  /** Values need no quotes here. */
  readonly isUnquoted: boolean
}

function describePath(path: string): Place {
  return {
    isTest: isTestPath(path),
    isLock:
      /(?:^|\/)(?:[^/]*[.-]lock(?:\.\w+)?|package-lock\.json|pnpm-lock\.yaml|go\.sum|npm-shrinkwrap\.json)$/i.test(
        path,
      ),
    isUnquoted:
      /(?:^|\/)(?:\.env[^/]*|Dockerfile[^/]*|[^/]+\.(?:env|ya?ml|properties|ini|toml|conf|cfg|sh|tfvars))$/i.test(
        path,
      ),
  }
}

function scanPiece(text: string, { isTest, isLock, isUnquoted }: Place): SecretSpan[] {
  const spans: SecretSpan[] = []
  const add = (match: RegExpExecArray, kind: string, certain: boolean): void => {
    const secret = match.groups?.['secret'] ?? match[0]
    if (isPlaceholder(secret)) return
    // The last occurrence: before the secret stands its name, which may be the same word.
    const start = match.index + match[0].lastIndexOf(secret)
    spans.push({ start, end: start + secret.length, kind, certain })
  }

  for (const { kind, pattern, uncertain } of secretPatterns)
    for (const match of text.matchAll(pattern)) add(match, kind, !uncertain && !isTest)
  for (const match of text.matchAll(connectionPassword)) {
    const { secret = '', host = '' } = match.groups ?? {}
    // Words would be hidden wherever they occur, and they hide no secret.
    if (!looksLikePassword(secret) && (secret.length < 10 || /^[a-z_-]*$/i.test(secret))) continue
    // A host without a dot is this machine, or a service of a compose file.
    const isLocal = !host.includes('.') || /^(?:127|0)\.|^host\.docker/.test(host)
    add(match, 'connection-password', looksLikePassword(secret) && !isLocal && !isTest)
  }
  if (isLock) return spans
  for (const pattern of isUnquoted ? [namedValue, elementValue, unquotedValue] : [namedValue, elementValue]) {
    for (const match of text.matchAll(pattern)) {
      const { name = '', secret = '' } = match.groups ?? {}
      const isPassword = /^(?:pass|pwd)/i.test(name)
      if (isPassword ? looksLikePassword(secret) : looksLikeKey(secret) || looksLikePassword(secret))
        add(match, isPassword ? 'password' : 'credential', !isTest && (isPassword || looksLikeKey(secret)))
    }
  }
  return spans
}

const kindOfRule: Readonly<Record<string, string>> = {
  aws: 'aws-secret-key',
  gcp: 'gcp-key',
  npm: 'npm-token',
  slack: 'slack-token',
  basicauth: 'connection-password',
  'database-connection-string': 'connection-password',
  openai: 'openai-key',
  anthropic: 'anthropic-key',
  github: 'github-token',
  gitlab: 'gitlab-token',
  sendgrid: 'sendgrid-key',
  privatekey: 'private-key',
}

/** What secretlint's recommended rules know. */
async function lintPiece(text: string, { isTest }: Place): Promise<SecretSpan[]> {
  const matches = await matchSecretlintRules(text)
  return matches.flatMap(({ rule, start, end }) => {
    const kind = kindOfRule[rule] ?? `${rule}-token`
    const secret = text.slice(start, end)
    // Connection strings and private keys are judged by our own rules, which know placeholders and tests.
    const judgedElsewhere = kind === 'connection-password' || kind === 'private-key'
    return judgedElsewhere || isPlaceholder(secret) ? [] : [{ start, end, kind, certain: !isTest }]
  })
}

/** An AWS access key id is worth a finding when its secret stands close by. */
function pairAwsKeys(spans: readonly SecretSpan[]): SecretSpan[] {
  const secrets = spans.filter(({ kind, certain }) => kind === 'aws-secret-key' && certain)
  return spans.map((span) =>
    span.kind === 'aws-access-key' && secrets.some(({ start }) => Math.abs(start - span.start) < 500)
      ? { ...span, certain: true }
      : span,
  )
}

/** Overlapping spans become one that covers both, of the kind that is more certain, then the one that starts first. */
function withoutOverlaps(spans: readonly SecretSpan[]): SecretSpan[] {
  const merged: SecretSpan[] = []
  for (const span of spans.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1)
    if (!last || span.start >= last.end) {
      merged.push(span)
      continue
    }
    const kind = span.certain && !last.certain ? span.kind : last.kind
    merged[merged.length - 1] = {
      start: last.start,
      end: Math.max(last.end, span.end),
      kind,
      certain: last.certain || span.certain,
    }
  }
  return merged
}
