/**
 * Where people see what the REST API at `apiUrl` serves: `https://api.github.com` is `https://github.com`, and
 * Enterprise Server's `https://host/api/v3` is `https://host`. Without a slash at its end.
 */
export function githubWebUrl(apiUrl: string): string {
  const url = new URL(apiUrl)
  // GitHub.com and data-residency tenants: api.github.com, api.tenant.ghe.com.
  if (/^api\.(?:github\.com|[a-z0-9-]+\.ghe\.com)$/.test(url.hostname)) {
    return `https://${url.hostname.slice('api.'.length)}`
  }
  return url.origin
}
