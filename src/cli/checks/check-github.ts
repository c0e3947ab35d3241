import type { GitHubAccess } from '../../github/github.ts'
import type { CheckResult } from '../doctor-command.ts'

type AppAccess = Extract<GitHubAccess, { readonly kind: 'app' }>

/** GitHub's permission → what it takes. Source: docs/github-app.md. */
const needed = { pull_requests: 'write', contents: 'read', metadata: 'read' } as const

/** Whether the credentials are enough to read and review pull requests. */
export function checkAccess(access: GitHubAccess): CheckResult {
  return access.kind === 'app' ? checkApp(access) : checkToken(access)
}

function checkApp({ slug, permissions, events, installations }: AppAccess): CheckResult {
  const missing = Object.entries(needed)
    .filter(([name, level]) => !allows(permissions[name], level))
    .map(([name, level]) => `the permission ${name}: ${level}`)
  if (!events.includes('pull_request')) missing.push('the event pull_request')
  const detail = `the App ${slug}, installed ${installations === 1 ? 'once' : `${installations} times`}`
  if (missing.length > 0) {
    return {
      state: 'failed',
      detail: `${detail}, lacks ${missing.join(', ')}`,
      cure: 'grant it in the settings of the App on GitHub, then let each installation accept it (docs/github-app.md)',
    }
  }
  if (installations === 0) {
    const cure = 'install it on the repositories to review: the settings of the App, "Install App"'
    return { state: 'failed', detail: `the App ${slug} is installed nowhere`, cure }
  }
  if (!allows(permissions['checks'], 'write')) {
    const cure = 'grant it to show on each commit what was read'
    return {
      state: 'warning',
      detail: `${detail}, has no permission checks: write, so there are no check runs`,
      cure,
    }
  }
  return { state: 'ok', detail }
}

function checkToken({ login, scopes }: Extract<GitHubAccess, { readonly kind: 'token' }>): CheckResult {
  // Fine-grained tokens have no scopes, and do not tell what they may do.
  if (scopes.length === 0) {
    return {
      state: 'ok',
      detail: `a fine-grained token of ${login}; GitHub does not tell its permissions (needed: pull requests write, contents read)`,
    }
  }
  if (scopes.includes('repo')) return { state: 'ok', detail: `a token of ${login}` }
  if (scopes.includes('public_repo')) {
    return { state: 'ok', detail: `a token of ${login}, for public repositories alone` }
  }
  return {
    state: 'failed',
    detail: `a token of ${login} with the scopes ${scopes.join(', ')}: it cannot write reviews`,
    cure: 'make one with the scope repo, or a fine-grained one (docs/github-app.md)',
  }
}

function allows(granted: string | undefined, level: 'read' | 'write'): boolean {
  return granted === 'write' || granted === 'admin' || granted === level
}
