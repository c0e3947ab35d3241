/**
 * The names of code that a title speaks of: in backticks or quotes, or written as only code is (`snake_case`,
 * `camelCase`). Without repeats, in their order.
 */
export function titleNames(title: string): readonly string[] {
  const names: string[] = []
  for (const [, quoted = ''] of title.matchAll(/[`'"‘“]([A-Za-z_$][\w$]*)(?:\(\))?[`'"’”]/g))
    names.push(quoted)
  for (const [name] of title.matchAll(/(?<![\w$.])[A-Za-z_$][\w$]*(?![\w$])/g)) {
    if (/[a-z0-9][A-Z]|[A-Za-z0-9]_[A-Za-z0-9]/.test(name)) names.push(name)
  }
  return [...new Set(names)]
}
