import { homedir } from 'node:os'
import path from 'node:path'

/** A path as a person writes it: `~/` stands for the home folder, and anything relative for the current one. */
export function expandHome(text: string): string {
  return path.resolve(text.startsWith('~/') ? path.join(homedir(), text.slice(2)) : text)
}

/**
 * Where the embedded database lives unless DATA_DIR says otherwise: one place for the user, whatever the current folder is.
 * Source: XDG Base Directory Specification; a relative `XDG_DATA_HOME` does not count.
 */
export function defaultDataFolder(xdgDataHome: string | undefined): string {
  const base =
    xdgDataHome && path.isAbsolute(xdgDataHome) ? xdgDataHome : path.join(homedir(), '.local', 'share')
  return path.join(base, 'lorgnette')
}
