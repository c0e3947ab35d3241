import path from 'node:path'
import { packageRoot } from '../base/package-root.ts'
import { javascriptRules } from './javascript-rules.ts'

/** Globals of every place where JavaScript runs: which one a file is for cannot be told from the file. */
const environments = [
  'amd',
  'astro',
  'browser',
  'builtin',
  'commonjs',
  'es2026',
  'greasemonkey',
  'jasmine',
  'jest',
  'jquery',
  'mocha',
  'mongo',
  'node',
  'qunit',
  'serviceworker',
  'shared-node-browser',
  'vitest',
  'webextensions',
  'worker',
]

/** The one configuration that oxlint gets: exactly our rules, whatever its defaults are. */
export const oxlintConfig = {
  plugins: ['typescript', 'unicorn', 'oxc', 'promise', 'react', 'node'],
  jsPlugins: [path.join(packageRoot, 'dist', 'src', 'analysis', 'javascript-plugin', 'plugin.js')],
  categories: { correctness: 'off' },
  env: Object.fromEntries(environments.map((name) => [name, true])),
  globals: { Bun: 'readonly', Deno: 'readonly', EdgeRuntime: 'readonly' },
  rules: Object.fromEntries(
    Object.entries(javascriptRules).map(([name, { options }]) => [
      name,
      options ? ['error', options] : 'error',
    ]),
  ),
  // TypeScript checks names itself, and knows the declarations that oxlint does not see.
  overrides: [{ files: ['*.ts', '*.tsx', '*.mts', '*.cts'], rules: { 'no-undef': 'off' } }],
}
