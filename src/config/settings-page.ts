import type { Setting } from './setting.ts'
import { settingGroups } from './settings.ts'

const begin = '<!-- settings: begin (written from src/config/settings.ts) -->'
const end = '<!-- settings: end -->'

/** The page with its part between the markers written anew from the settings. Throws when the markers are missing. */
export function withSettings(page: string): string {
  const [before, rest] = page.split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error('the page has no markers for the settings')
  const sections = Object.entries(settingGroups).flatMap(([title, group]) => [
    `### ${title}`,
    ...Object.entries(group).map(([name, setting]) => describeSetting(name, setting)),
  ])
  return [before, begin, '\n\n', sections.join('\n\n'), '\n\n', end, after].join('')
}

function describeSetting(name: string, setting: Setting<unknown>): string {
  const standard =
    setting.default === undefined ? `When unset: ${setting.whenUnset}` : `Default: \`${setting.default}\``
  const value = setting.type.expected + (setting.secret ? ' (secret)' : '')
  return `#### \`${name}\`\n\n${setting.meaning}\n\n- Value: ${value}\n- ${standard}`
}

/** The text of `.env.example`: every setting, commented out, so that the file as it is changes nothing. */
export function envExample(): string {
  const sections = Object.entries(settingGroups).map(([title, group]) => {
    const entries = Object.entries(group).map(([name, setting]) =>
      [...wrap(setting.meaning.replaceAll('`', ''), 98), `#${name}=${setting.example}`].join('\n'),
    )
    return [`# --- ${title} ---`, ...entries].join('\n\n')
  })
  const head = [
    '# Copy this file to .env, take the # away from what you need, and start with: npm start -- --env-file .env',
    '# The environment wins over the file. docs/configuration.md describes every setting.',
  ].join('\n')
  return `${[head, ...sections].join('\n\n')}\n`
}

function wrap(text: string, width: number): string[] {
  const lines = ['#']
  for (const word of text.split(' ')) {
    const line = `${lines.at(-1)} ${word}`
    if (line.length <= width) lines.splice(-1, 1, line)
    else lines.push(`# ${word}`)
  }
  return lines
}
