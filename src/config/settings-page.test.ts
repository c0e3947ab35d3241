import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseEnv } from 'node:util'
import { expect, test } from 'vitest'
import { packageRoot } from '../base/package-root.ts'
import { settings } from './settings.ts'
import { envExample, withSettings } from './settings-page.ts'

// After a change of the settings, `npx vitest run src/config --update=all` writes both files anew.

test('docs/configuration.md describes exactly the settings there are', async () => {
  const page = path.join(packageRoot, 'docs', 'configuration.md')
  await expect(withSettings(readFileSync(page, 'utf8'))).toMatchFileSnapshot(page)
})

test('.env.example names exactly the settings there are', async () => {
  await expect(envExample()).toMatchFileSnapshot(path.join(packageRoot, '.env.example'))
})

test('.env.example changes nothing as it is, and is well-formed once every line is taken into use', () => {
  expect(parseEnv(envExample())).toEqual({})
  const used = envExample().replaceAll(/^#(?=[A-Z])/gm, '')
  expect(Object.keys(parseEnv(used)).toSorted()).toEqual(Object.keys(settings).toSorted())
})

test('a page without its markers is refused rather than emptied', () => {
  expect(() => withSettings('# Configuration\n')).toThrow('no markers')
})
