import type { Rule } from './rule.ts'

const usable =
  'Everyone who can read the repository, now or ever, can use it: it stays in the history after the line is gone. Revoke it, and read it from the environment or a secret store.'

const named: Readonly<Record<string, string>> = {
  'connection-password': 'A password in a connection string',
  'webhook-url': 'A webhook address that needs no login',
  'aws-access-key': 'An AWS access key id, with its secret,',
}

/** Names that are not written with one capital. */
const written: Readonly<Record<string, string>> = {
  aws: 'AWS',
  digitalocean: 'DigitalOcean',
  gcp: 'GCP',
  github: 'GitHub',
  gitlab: 'GitLab',
  huggingface: 'Hugging Face',
  npm: 'npm',
  openai: 'OpenAI',
  pypi: 'PyPI',
  sendgrid: 'SendGrid',
}

const plain: ReadonlySet<string> = new Set(['password', 'credential', 'private-key'])

/** What we say about a kind of secret. It never holds the secret itself. */
export function secretRule(kind: string): Rule & { readonly title: string } {
  const what = named[kind] ?? withArticle(plain.has(kind) ? kind.replace('-', ' ') : ownName(kind))
  return {
    severity: kind === 'password' || kind === 'credential' ? 'high' : 'critical',
    category: 'security',
    title: `${what} is written in the code`,
    explanation: usable,
  }
}

function ownName(kind: string): string {
  const [owner = '', ...rest] = kind.split('-')
  return [written[owner] ?? owner.charAt(0).toUpperCase() + owner.slice(1), ...rest].join(' ')
}

function withArticle(words: string): string {
  return `${/^(?:[aeio]|npm)/i.test(words) ? 'An' : 'A'} ${words}`
}
