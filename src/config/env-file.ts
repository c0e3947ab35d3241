import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { PermanentError } from '../base/errors.ts'

/**
 * The environment with what a file adds to it; what the environment says wins. Only a file that a person names is read:
 * one that merely lies in the current folder may come with somebody's repository.
 */
export function withEnvFile(env: NodeJS.ProcessEnv, file: string | undefined): NodeJS.ProcessEnv {
  if (file === undefined) return env
  try {
    return { ...parseEnv(readFileSync(file, 'utf8')), ...env }
  } catch (error) {
    throw new PermanentError(`the file ${file} of --env-file could not be read`, { cause: error })
  }
}
