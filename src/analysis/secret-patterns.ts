/**
 * Credentials that their form gives away. Each pattern starts with fixed text and repeats one class of characters with
 * an upper bound, so its time grows with the text and no faster.
 */
export interface SecretPattern {
  readonly kind: string
  /** Global; the group `secret`, or without one the whole match, is the secret. */
  readonly pattern: RegExp
  /** Too often public, or something else, to be shown as a finding. */
  readonly uncertain?: true
}

export const secretPatterns: readonly SecretPattern[] = [
  { kind: 'github-token', pattern: /\bgh[oprsu]_[A-Za-z0-9]{36,255}/g },
  { kind: 'github-token', pattern: /\bgithub_pat_[A-Za-z0-9_]{60,255}/g },
  { kind: 'gitlab-token', pattern: /\bgl(?:pat|ptt|dt|rt|cbt|soat)-[\w-]{20,255}/g },
  { kind: 'slack-token', pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{20,255}/g },
  { kind: 'slack-token', pattern: /\bxapp-\d-[A-Za-z0-9-]{20,255}/g },
  { kind: 'webhook-url', pattern: /\bhttps:\/\/hooks\.slack\.com\/services\/[A-Za-z0-9/]{30,120}/g },
  {
    kind: 'webhook-url',
    pattern: /\bhttps:\/\/discord(?:app)?\.com\/api\/webhooks\/\d{10,25}\/[\w-]{40,120}/g,
  },
  { kind: 'stripe-key', pattern: /\b[rs]k_live_[A-Za-z0-9]{16,255}/g },
  { kind: 'stripe-key', pattern: /\b(?:[rs]k_test_|whsec_)[A-Za-z0-9]{16,255}/g, uncertain: true },
  { kind: 'openai-key', pattern: /\bsk-(?:proj|svcacct|admin)-[\w-]{40,255}/g },
  { kind: 'openai-key', pattern: /\bsk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}/g },
  { kind: 'anthropic-key', pattern: /\bsk-ant-[a-z0-9]{2,20}-[\w-]{60,255}/g },
  { kind: 'google-api-key', pattern: /\bAIza[\w-]{35}(?![\w-])/g },
  { kind: 'google-oauth-secret', pattern: /\bGOCSPX-[\w-]{20,60}/g },
  { kind: 'google-oauth-token', pattern: /\bya29\.[\w-]{40,1000}/g },
  { kind: 'npm-token', pattern: /\bnpm_[A-Za-z0-9]{36}(?![A-Za-z0-9])/g },
  { kind: 'pypi-token', pattern: /\bpypi-AgEI[\w-]{50,1000}/g },
  { kind: 'docker-token', pattern: /\bdckr_(?:pat|oat)_[\w-]{20,100}/g },
  { kind: 'huggingface-token', pattern: /\bhf_[A-Za-z0-9]{30,50}(?![A-Za-z0-9])/g },
  { kind: 'sendgrid-key', pattern: /\bSG\.[\w-]{16,32}\.[\w-]{32,64}/g },
  { kind: 'mailgun-key', pattern: /\bkey-[0-9a-f]{32}(?![0-9a-f])/g },
  { kind: 'telegram-token', pattern: /\b\d{8,10}:AA[\w-]{33}(?![\w-])/g },
  { kind: 'twilio-key', pattern: /\bSK[0-9a-f]{32}(?![0-9a-f])/g, uncertain: true },
  { kind: 'digitalocean-token', pattern: /\bdo[opr]_v1_[0-9a-f]{64}/g },
  { kind: 'shopify-token', pattern: /\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}/g },
  { kind: 'square-token', pattern: /\bsq0(?:atp|csp)-[\w-]{22,60}/g },
  { kind: 'linear-key', pattern: /\blin_api_[A-Za-z0-9]{32,60}/g },
  { kind: 'vault-token', pattern: /\bhv[bs]\.[\w-]{24,300}/g },
  { kind: 'databricks-token', pattern: /\bdapi[0-9a-f]{32}(?![0-9a-f])/g },
  { kind: 'grafana-token', pattern: /\bgl(?:sa|c)_[\w+/=]{32,400}/g },
  { kind: 'figma-token', pattern: /\bfig[duo]_[\w-]{30,100}/g },
  { kind: 'supabase-key', pattern: /\bsb[ps]_(?:secret_)?[A-Za-z0-9_]{20,100}/g },
  { kind: 'atlassian-token', pattern: /\bATATT3[\w=-]{50,300}/g },
  { kind: 'azure-storage-key', pattern: /AccountKey=(?<secret>[A-Za-z0-9+/]{80,90}={0,2})/g },
  { kind: 'age-key', pattern: /\bAGE-SECRET-KEY-1[0-9A-Z]{50,60}/g },
  {
    kind: 'aws-secret-key',
    pattern:
      /aws.{0,20}secret.{0,20}?["']?\s{0,4}(?:=>|[:=])\s{0,4}["']?(?<secret>[A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])/gi,
  },
  // The id alone opens nothing, but says whose account it is.
  { kind: 'aws-access-key', pattern: /\b(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Z0-9])/g, uncertain: true },
  // Often public by design (the anonymous key of a hosted database) or a sample.
  {
    kind: 'jwt',
    pattern: /\beyJ[\w-]{10,1000}\.eyJ[\w-]{10,4000}\.[\w-]{10,1000}/g,
    uncertain: true,
  },
  {
    kind: 'authorization-header',
    pattern: /\b(?:Bearer|Basic|token)\s(?<secret>[A-Za-z0-9._~+/-]{20,1000}={0,2})["'`\s]/g,
    uncertain: true,
  },
]

/** `scheme://user:password@host`: the password. */
export const connectionPassword =
  /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/"'`<>]{0,100}:(?<secret>[^\s@/"'`<>]{3,200})@(?<host>[^\s/:"'`<>?]{0,200})/gi

const secretNames =
  'pass(?:word|wd|phrase|code)?|pwd|secret(?:[_-]?key)?|(?:api|access|auth|private|signing|encryption|master|service|client|app|account)[_-]?(?:key|token|secret)|token|credentials?'

/** A quoted value given to a name that says what it is: `password = "…"`, `'api_key': '…'`, `token := "…"`. */
export const namedValue = new RegExp(
  `(?<name>${secretNames})(?:_?(?:\\d|prod|production|live|value|default))?["']?\\]?\\s{0,8}(?::\\s{0,4}(?:str|string|String)\\s{0,4})?(?:=>|:=|={1,3}|:)\\s{0,8}[bru]?(?<quote>["'\`])(?<secret>[^"'\`\\r\\n]{6,300})\\k<quote>`,
  'gi',
)

/** The same without quotes, for files where values have none: `.env`, YAML, properties. One match per line. */
export const unquotedValue = new RegExp(
  `^[ \\t]{0,40}(?:export[ \\t]|- )?["']?[\\w.-]{0,60}?(?<name>${secretNames})["']?[ \\t]{0,8}[:=][ \\t]{0,8}(?<secret>[^\\s"'\`#;,{}\\[\\]$<>!&*|()]{6,300})[ \\t]{0,8}\\r?$`,
  'gim',
)

/** `<password>…</password>`. */
export const elementValue = new RegExp(
  `<(?<name>[\\w.:-]{0,40}(?:${secretNames}))>(?<secret>[^<>\\s\${}]{6,300})</`,
  'gi',
)
