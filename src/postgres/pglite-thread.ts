import { parentPort, workerData } from 'node:worker_threads'
import { PGlite, messages, protocol } from '@electric-sql/pglite'
import type { DriverFailure } from './database-error.ts'
import type { ThreadCommand, ThreadMessage } from './pglite-protocol.ts'
import { valueParser } from './value-parser.ts'

/*
 * The program of the thread that PGlite runs in, so that a long statement stops nobody's event loop. It gets the folder
 * of the database as its data, and commands one at a time. It ends when PGlite was closed, or failed as an engine.
 */

const port = parentPort
if (!port) throw new Error('this is the program of a worker thread')
const send = (message: ThreadMessage): void => port.postMessage(message)

const database = await PGlite.create(String(workerData), {
  // The defaults begin with `--single`, which must come first. 16 MB of buffers instead of 128 keep the whole process
  // below 300 MB; the operating system caches the files anyway.
  startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'],
})
const prepared = new Set<string>()
database.onNotification((channel, payload) => send({ kind: 'notified', channel, payload }))
let last = Promise.resolve()
port.on('message', (command: ThreadCommand) => {
  last = last.then(() => answer(command))
})
send({ kind: 'opened' })

async function answer(command: ThreadCommand): Promise<void> {
  try {
    send({ kind: 'done', rows: await perform(command) })
    if (command.kind === 'close') port?.close()
  } catch (error) {
    // Not a refused statement but a broken engine: nothing it says from here on can be trusted. Thrown, it ends the thread.
    if (!(error instanceof messages.DatabaseError)) throw error
    send({ kind: 'failed', failure: driverFailure(error) })
  }
}

async function perform(command: ThreadCommand): Promise<object[]> {
  switch (command.kind) {
    case 'run':
      return run(command.name, command.text, command.values)
    case 'script':
      await database.exec(command.text)
      return []
    case 'close':
      await database.close()
      return []
  }
}

/**
 * A statement is parsed once and kept by its name, and its other steps go as one message: two to five times as fast as
 * `database.query`, which parses, describes and waits each time.
 */
async function run(name: string, text: string, values: readonly (string | null)[]): Promise<object[]> {
  const { serialize } = protocol
  if (!prepared.has(name)) {
    await exchange(serialize.parse({ name, text }), serialize.sync())
    prepared.add(name)
  }
  const answers = await exchange(
    serialize.bind({ statement: name, values: [...values] }),
    serialize.describe({ type: 'P' }),
    serialize.execute({}),
    serialize.sync(),
  )
  return readRows(answers)
}

type Answers = Awaited<ReturnType<typeof database.execProtocolStream>>

function exchange(...requests: Uint8Array[]): Promise<Answers> {
  return database.execProtocolStream(Buffer.concat(requests), { syncToFs: false })
}

function readRows(answers: Answers): object[] {
  const rows: object[] = []
  let columns: { name: string; parse: (text: string) => unknown }[] = []
  for (const answer of answers) {
    if (answer instanceof messages.RowDescriptionMessage) {
      columns = answer.fields.map(({ name, dataTypeID }) => ({ name, parse: valueParser(dataTypeID) }))
    }
    if (answer instanceof messages.DataRowMessage) {
      const values = answer.fields.map((text, index) => (text === null ? null : columns[index]?.parse(text)))
      rows.push(Object.fromEntries(columns.map(({ name }, index) => [name, values[index]])))
    }
  }
  return rows
}

function driverFailure(error: InstanceType<typeof messages.DatabaseError>): DriverFailure {
  const { message, code, table, column, constraint } = error
  return { message, sqlState: code, table, column, constraint }
}
