import { z } from 'zod'
import { openPostgres } from '../../src/postgres/database.pg.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { readyToGo } from '../at-once.ts'
import { spendersShare, spendShare } from './spend-at-once.ts'

const assignment = z.object({ databaseUrl: z.string(), share: spendersShare })
const { databaseUrl, share } = assignment.parse(JSON.parse(process.argv[2] ?? ''))
const database = openPostgres({ url: databaseUrl, poolSize: 10, log: createLogger('warn') })
await readyToGo()
process.send?.(await spendShare(database, share))
await database.close()
