import { existsSync } from 'node:fs'
import path from 'node:path'

/**
 * The folder of this package, the one with `migrations/`: the same whether the code runs from `src/` or from `dist/src/`.
 */
export const packageRoot: string = (() => {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'migrations')) && existsSync(path.join(folder, 'package.json')))
      return folder
    if (folder === path.dirname(folder)) throw new Error(`no package folder above ${import.meta.dirname}`)
  }
})()
