import { PermanentError } from '../base/errors.ts'

/** A living process on this machine has the data folder. */
export class FolderInUseError extends PermanentError {
  override name = 'FolderInUseError'
  readonly folder: string
  /** The id of that process. */
  readonly holder: number

  constructor(folder: string, holder: number) {
    super(
      `the data folder ${folder} is in use by process ${holder}: stop it, ` +
        'or choose another folder with DATA_DIR, or a PostgreSQL server with DATABASE_URL',
    )
    this.folder = folder
    this.holder = holder
  }
}
