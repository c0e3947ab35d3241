/** Who opened a pull request, or wrote something. */
export interface Author {
  readonly login: string
  readonly isBot: boolean
}

/** Reads an account as GitHub shows it, which shows a deleted one as the user `ghost`. */
export function authorOf(
  account: { readonly login: string; readonly type?: string | undefined } | null | undefined,
): Author {
  const { login, type } = account ?? { login: 'ghost' }
  return { login, isBot: type === 'Bot' || login.endsWith('[bot]') }
}
