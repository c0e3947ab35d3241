import { afterAll, beforeAll, expect, test } from 'vitest'
import { BusyError, errorKind, RetryableError } from '../base/errors.ts'
import { statement, type Database, type SqlValue } from './database.ts'

/** What every adapter of the database promises. */
export function databaseContract(
  open: () => Promise<{ database: Database; drop: () => Promise<void> }>,
): void {
  let database: Database
  let drop: () => Promise<void>
  beforeAll(async () => {
    ;({ database, drop } = await open())
    await database.script('create table things (id text primary key, amount integer check (amount < 100))')
  })
  afterAll(async () => {
    await database.close()
    await drop()
  })
  let selects = 0
  const select = <Row extends object>(text: string, ...values: SqlValue[]): Promise<Row[]> =>
    database.run(statement<Row>(`contract-select-${++selects}`, text), ...values)
  const insert = statement<{ id: string }>(
    'contract-insert',
    'insert into things values ($1, $2) returning id',
  )
  const ids = async (): Promise<string[]> =>
    (await select<{ id: string }>('select id from things order by id')).map(({ id }) => id)
  const kindOf = async (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'no error',
      (error: unknown) => errorKind(error),
    )

  test('values come back as they went in', async () => {
    const values = {
      words: 'naïve 🎩 \\ "quoted" \'single\' {braces}, NULL\n\ttab',
      count: 9_007_199_254_740_991,
      ratio: 0.1,
      yes: true,
      time: new Date('2026-03-29T01:30:00.123Z'),
      nothing: null,
      tree: { 'a b': [1, null, { deep: 'ü' }] },
      list: ['a,b', '{}', 'NULL', '', '"', '\\', 'ü', null],
      times: [new Date(0), new Date('2026-01-01T00:00:00Z')],
    }
    const rows = await select(
      `select $1::text as words, $2::bigint as count, $3::double precision as ratio, $4::boolean as yes,
        $5::timestamptz as time, $6::text as nothing, $7::jsonb as tree, $8::text[] as list, $9::timestamptz[] as times`,
      values.words,
      values.count,
      values.ratio,
      values.yes,
      values.time,
      values.nothing,
      JSON.stringify(values.tree),
      values.list,
      values.times,
    )
    expect(rows).toEqual([values])
  })

  test('a count is a number', async () => {
    expect(await select('select count(*) from generate_series(1, 3)')).toEqual([{ count: 3 }])
  })

  test('a refused value is a permanent error that names the statement and never the value', async () => {
    await database.run(insert, 'known', 1)
    const duplicate = database.run(insert, 'known', 1)
    await expect(duplicate).rejects.toThrow(/contract-insert.*things_pkey.*23505/)
    await expect(database.run(insert, 'large', 777)).rejects.not.toThrow(/777/)
    await expect(select('select $1::integer', 'sensitive')).rejects.not.toThrow(/sensitive/)
    expect(await kindOf(database.run(insert, 'known', 1))).toBe('permanent')
    expect(await kindOf(select('select nonsense'))).toBe('permanent')
    expect(await kindOf(select('select $1::text', 'NUL \0'))).toBe('permanent')
    expect(await kindOf(select('select $1::timestamptz', new Date(Number.NaN)))).toBe('permanent')
  })

  test('a lock that is not to be had, and a deadlock, say that the server is busy', async () => {
    for (const code of ['55P03', '40P01']) {
      const failing = database.script(`do $$ begin raise exception 'no' using errcode = '${code}'; end $$`)
      await expect(failing).rejects.toBeInstanceOf(BusyError)
    }
    const failing = database.script(`do $$ begin raise exception 'no' using errcode = '57P03'; end $$`)
    await expect(failing).rejects.not.toBeInstanceOf(BusyError)
  })

  test('a statement works again after it failed', async () => {
    await expect(database.run(insert, 'again', 1_000)).rejects.toThrow(/things_amount_check/)
    expect(await database.run(insert, 'again', 1)).toEqual([{ id: 'again' }])
  })

  test('a transaction commits what it did when it returns', async () => {
    const result = await database.transaction(async (transaction) => {
      await transaction.run(insert, 'first', 1)
      await transaction.run(insert, 'second', 2)
      return 'done'
    })
    expect(result).toBe('done')
    expect(await ids()).toEqual(expect.arrayContaining(['first', 'second']))
  })

  test('a transaction that throws leaves nothing, and throws what was thrown', async () => {
    const failing = database.transaction(async (transaction) => {
      await transaction.run(insert, 'undone', 1)
      throw new RetryableError('no')
    })
    await expect(failing).rejects.toThrow(new RetryableError('no'))
    expect(await ids()).not.toContain('undone')
  })

  test('a transaction whose failed statement was overlooked does not pretend to have committed', async () => {
    const failing = database.transaction(async (transaction) => {
      await transaction.run(insert, 'overlooked', 1)
      await transaction.run(insert, 'overlooked', 1).catch(() => undefined)
    })
    await expect(failing).rejects.toThrow(/23505/)
    expect(await ids()).not.toContain('overlooked')
  })

  test('transactions at the same time do not see each other unfinished', async () => {
    const count = statement<{ halves: number }>(
      'contract-halves',
      `select count(*) filter (where id like '% 1') - count(*) filter (where id like '% 2') as halves from things`,
    )
    const add = (id: string): Promise<number | undefined> =>
      database.transaction(async (transaction) => {
        await transaction.run(insert, `${id} 1`, 1)
        await transaction.run(insert, `${id} 2`, 1)
        const [seen] = await transaction.run(count)
        return seen?.halves
      })
    expect(await Promise.all(['a', 'b', 'c', 'd', 'e'].map(add))).toEqual([0, 0, 0, 0, 0])
  })

  test('a listener hears its channel until it stops', async () => {
    const heard: string[] = []
    let wake = (): void => undefined
    const stop = await database.listen('contract_Channel', (payload) => {
      heard.push(payload)
      wake()
    })
    const next = new Promise<void>((resolve) => (wake = resolve))
    await select(`select pg_notify('contract_Channel', 'one')`)
    await next
    await stop()
    await select(`select pg_notify('contract_Channel', 'two')`)
    // Whatever was still on its way would come before the answer on another channel.
    const end = new Promise<void>((resolve) => (wake = resolve))
    await database.listen('contract_end', () => wake())
    await select(`select pg_notify('contract_end', '')`)
    await end
    expect(heard).toEqual(['one'])
  })

  test('several statements without parameters run in one go, all or none', async () => {
    await expect(
      database.script(
        `insert into things values ('script 1', 1); insert into things values ('script 2', 1000)`,
      ),
    ).rejects.toThrow(/script/)
    expect(await ids()).not.toContain('script 1')
    await database.script(
      `insert into things values ('script 1', 1); insert into things values ('script 2', 2)`,
    )
    expect(await ids()).toEqual(expect.arrayContaining(['script 1', 'script 2']))
  })

  test('once closed, again or not, it refuses calls as retryable', async () => {
    const { database: other, drop: dropOther } = await open()
    const last = other.run(statement<{ one: number }>('contract-one', 'select 1 as one'))
    await Promise.all([other.close(), other.close()])
    expect(await last).toEqual([{ one: 1 }])
    expect(await kindOf(other.script('select 1'))).toBe('retryable')
    expect(await kindOf(other.listen('any', () => undefined))).toBe('retryable')
    await other.close()
    await dropOther()
  })

  test('a name is held by one at a time, until it is released', async () => {
    const hour = 3_600_000
    const first = await database.hold('the lead', hour)
    expect(await first?.isHeld()).toBe(true)
    expect(await database.hold('the lead', hour)).toBeUndefined()
    const other = await database.hold('something else', hour)
    expect(await other?.isHeld()).toBe(true)
    await other?.release()

    await first?.release()
    expect(await first?.isHeld()).toBe(false)
    const second = await database.hold('the lead', hour)
    expect(await second?.isHeld()).toBe(true)
    // That the first one lets go once more takes nothing from the second.
    await first?.release()
    expect(await second?.isHeld()).toBe(true)
    await second?.release()
  })
}
