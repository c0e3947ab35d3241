import { PGlite } from '@electric-sql/pglite'

/*
 * The program of the child process that makes a new database in the folder which its argument names. In a process of its
 * own because initdb leaves 800 MB of memory behind that a process never gives back.
 */

process.on('disconnect', () => process.exit(1))
const folder = process.argv[2]
if (folder === undefined) throw new Error('usage: pglite-init FOLDER')
const database = await PGlite.create(folder)
await database.close()
process.exit(0)
