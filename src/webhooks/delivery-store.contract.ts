import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { errorKind } from '../base/errors.ts'
import type { CommitId, RepositoryName } from '../github/github.ts'
import type { RunId, RunState } from '../review/run.ts'
import type { DeliveryStore } from './delivery-store.ts'
import type {
  Decision,
  DeliveredPullRequest,
  Delivery,
  DeliveryEvent,
  DeliveryId,
  PullRequestAction,
} from './delivery.ts'

export interface DeliveryStoreUnderTest {
  readonly store: DeliveryStore
  /** Every run, in the order of its head. */
  readonly runs: () => Promise<readonly RunSeen[]>
  readonly deliveries: () => Promise<readonly { id: string; decision: string; reason: string }[]>
  readonly pullRequests: () => Promise<
    readonly { number: number; head: string; state: string; status: string }[]
  >
  readonly installations: () => Promise<readonly { id: number; account: string; state: string }[]>
  /** Moves a run on, as a worker would. */
  readonly setState: (id: RunId, state: RunState) => Promise<void>
  /** Another store on the same data, as another process has it; with a limit of runs of one repository. */
  readonly openAnother: (runsOfRepository?: number) => DeliveryStore
  readonly clear: () => Promise<void>
  readonly close: () => Promise<void>
}

export interface RunSeen {
  readonly id: string
  /** The last digit of the commit. */
  readonly head: string
  readonly baseBranch: string
  readonly state: RunState
  /** Outcomes of its receipts. */
  readonly receipts: readonly string[]
}

const review: Decision = { kind: 'review' }
const closing: Decision = { kind: 'cancel', reason: 'the pull request was closed' }

/** What every adapter of the delivery store promises. */
export function deliveryStoreContract(open: () => Promise<DeliveryStoreUnderTest>): void {
  let opened: DeliveryStoreUnderTest
  let deliveries = 0
  beforeAll(async () => {
    opened = await open()
  })
  afterEach(() => opened.clear())
  afterAll(() => opened.close())

  type Told = Partial<Omit<DeliveredPullRequest, 'head' | 'updatedAt'>> & {
    /** A digit that stands for a commit. */
    readonly head: number
    /** Minutes past the hour, on GitHub's clock. */
    readonly at: number
    readonly action?: PullRequestAction
    readonly id?: string
  }
  function delivery(event: DeliveryEvent, id = `delivery-${++deliveries}`): Delivery {
    const receivedAt = new Date('2026-01-01T12:00:00Z')
    return { id: id as DeliveryId, name: 'test', action: 'test', event, receivedAt } // any text will do for a test
  }
  function told({ head, at, action = 'synchronize', id, ...rest }: Told): Delivery {
    const pullRequest: DeliveredPullRequest = {
      repository: 'octo/hello' as RepositoryName, // a good one
      number: 1,
      installationId: 77,
      title: 'naïve 🎩',
      author: { login: 'mona', isBot: false },
      state: action === 'closed' ? 'closed' : 'open',
      draft: false,
      locked: false,
      labels: ['a,b', '"c"'],
      baseBranch: 'main',
      ...rest,
      head: commit(head),
      updatedAt: new Date(Date.UTC(2026, 0, 1, 11, at)),
    }
    return delivery({ kind: 'pull-request', action, baseChanged: action === 'edited', pullRequest }, id)
  }
  const commit = (digit: number): CommitId => String(digit).padStart(40, '0') as CommitId // forty digits
  const accept = (what: Told, decision = review) => opened.store.accept(told(what), decision)
  async function acceptRun(what: Told, decision = review): Promise<RunId> {
    const { run } = await accept(what, decision)
    if (run === undefined) throw new Error('no run is owed')
    return run
  }
  /** Runs as `head base state receipts`. */
  const runs = async (): Promise<readonly string[]> =>
    (await opened.runs()).map(({ head, baseBranch, state, receipts }) =>
      [head, baseBranch, state, ...receipts].join(' '),
    )

  test('a delivery that asks for a review is stored with its pull request and a queued run', async () => {
    const { kind, run } = await accept({ head: 1, at: 0 })
    expect(kind).toBe('stored')
    expect(await opened.runs()).toEqual([
      { id: run, head: '1', baseBranch: 'main', state: 'queued', receipts: [] },
    ])
    expect(await opened.deliveries()).toMatchObject([{ decision: 'review', reason: '' }])
    expect(await opened.pullRequests()).toEqual([
      { number: 1, head: commit(1), state: 'open', status: 'pending' },
    ])
  })

  test('a run waits for its turn when enough older ones of its repository have no end, and those of others do not', async () => {
    const limited = opened.openAnother(2)
    const waits: (true | undefined)[] = []
    for (let number = 1; number <= 5; number++) {
      const { waits: one } = await limited.accept(told({ head: number, at: 0, number }), review)
      waits.push(one)
    }
    expect([waits[0], waits[4]]).toEqual([undefined, true])
    const again = told({ head: 5, at: 0, number: 5, action: 'opened' })
    expect(await limited.accept(again, review)).toMatchObject({ kind: 'stored', waits: true })
    const repository = 'octo/quiet' as RepositoryName // a good one
    expect(await limited.accept(told({ head: 6, at: 0, repository }), review)).not.toHaveProperty('waits')
    for (const { id } of await opened.runs()) await opened.setState(id as RunId, 'completed') // its own
    expect(await limited.accept(told({ head: 7, at: 1, number: 5 }), review)).not.toHaveProperty('waits')
  })

  test('a redelivery changes nothing, and names the run as long as it is owed', async () => {
    const run = await acceptRun({ head: 1, at: 0, id: 'same' })
    expect(await accept({ head: 1, at: 0, id: 'same' })).toEqual({ kind: 'duplicate', run })
    await opened.setState(run, 'completed')
    expect(await accept({ head: 1, at: 0, id: 'same' })).toEqual({ kind: 'duplicate' })
    expect(await opened.deliveries()).toHaveLength(1)
    expect(await runs()).toEqual(['1 main completed reviewed'])
  })

  test('fifty at once with the same id are one delivery and one run', async () => {
    const accepted = await Promise.all(
      Array.from({ length: 50 }, () => accept({ head: 1, at: 0, id: 'same' })),
    )
    expect(accepted.filter(({ kind }) => kind === 'stored')).toHaveLength(1)
    expect(new Set(accepted.map(({ run }) => run)).size).toBe(1)
    expect(await runs()).toEqual(['1 main queued'])
  })

  test('the same head under many ids, in two stores at once, is one run', async () => {
    const other = opened.openAnother()
    const accepted = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        (index % 2 ? other : opened.store).accept(told({ head: 1, at: 0 }), review),
      ),
    )
    expect(accepted.every(({ kind }) => kind === 'stored')).toBe(true)
    expect(new Set(accepted.map(({ run }) => run)).size).toBe(1)
    expect(await runs()).toEqual(['1 main queued'])
    expect(await opened.deliveries()).toHaveLength(40)
  })

  test('many pull requests in two stores at once, in opposite orders, all get their run', async () => {
    const other = opened.openAnother()
    const numbers = Array.from({ length: 60 }, (_, index) => index + 1)
    const accepted = await Promise.all([
      ...numbers.map((number) => opened.store.accept(told({ head: 1, at: 0, number }), review)),
      ...numbers.toReversed().map((number) => other.accept(told({ head: 2, at: 1, number }), review)),
    ])
    expect(accepted).toHaveLength(120)
    const states = await runs()
    expect(states.filter((run) => run === '2 main queued')).toHaveLength(60)
    expect(states.filter((run) => run.startsWith('1 main queued'))).toEqual([])
  })

  test('a newer head supersedes the runs of older ones, each with one receipt', async () => {
    const first = await acceptRun({ head: 1, at: 0 })
    await opened.setState(first, 'running')
    await acceptRun({ head: 2, at: 1 })
    expect(await runs()).toEqual(['1 main superseded superseded', '2 main queued'])
    expect(await opened.pullRequests()).toMatchObject([{ head: commit(2), status: 'pending' }])
  })

  test('a run that has ended is not superseded', async () => {
    await opened.setState(await acceptRun({ head: 1, at: 0 }), 'completed')
    await accept({ head: 2, at: 1 })
    expect(await runs()).toEqual(['1 main completed reviewed', '2 main queued'])
  })

  test('many pushes at once leave one run, and every other head its receipt', async () => {
    const heads = Array.from({ length: 9 }, (_, index) => index + 1)
    const accepted = await Promise.all(heads.map((head) => accept({ head, at: head })))
    const owed = (await opened.runs()).find(({ state }) => state === 'queued')?.id
    expect(accepted.at(-1)).toEqual({ kind: 'stored', run: owed })
    expect(await runs()).toEqual([
      ...heads.slice(0, -1).map((head) => `${head} main superseded superseded`),
      '9 main queued',
    ])
  })

  test('a head that GitHub dated earlier starts nothing and supersedes nothing', async () => {
    await accept({ head: 2, at: 1 })
    expect(await accept({ head: 1, at: 0, action: 'opened' })).toEqual({ kind: 'stored' })
    expect(await runs()).toEqual(['2 main queued'])
    expect(await opened.pullRequests()).toMatchObject([{ head: commit(2) }])
  })

  test('a delivery about the head that we know is heeded although GitHub dated it earlier', async () => {
    await accept({ head: 1, at: 5, action: 'edited' }, { kind: 'ignore', reason: 'base-unchanged' })
    expect(await runs()).toEqual([])
    await acceptRun({ head: 1, at: 0, action: 'opened' })
    expect(await runs()).toEqual(['1 main queued'])
  })

  test('within the second of a push, `opened` is the earlier one whenever it arrives', async () => {
    await accept({ head: 2, at: 0, action: 'synchronize' })
    expect(await accept({ head: 1, at: 0, action: 'opened' })).toEqual({ kind: 'stored' })
    expect(await runs()).toEqual(['2 main queued'])
  })

  test('a push that is not reviewed supersedes all the same', async () => {
    await accept({ head: 1, at: 0 })
    expect(await accept({ head: 2, at: 1, draft: true }, { kind: 'ignore', reason: 'draft' })).toEqual({
      kind: 'stored',
    })
    expect(await runs()).toEqual(['1 main superseded superseded'])
    expect(await opened.pullRequests()).toMatchObject([{ head: commit(2), status: 'completed' }])
  })

  test('closing supersedes what has not ended', async () => {
    await accept({ head: 1, at: 0 })
    expect(await accept({ head: 1, at: 1, action: 'closed' }, closing)).toEqual({ kind: 'stored' })
    expect(await runs()).toEqual(['1 main superseded superseded'])
    expect(await opened.pullRequests()).toMatchObject([{ state: 'closed', status: 'completed' }])
    expect(await opened.deliveries()).toContainEqual(
      expect.objectContaining({ decision: 'cancel', reason: 'the pull request was closed' }),
    )
  })

  test('a closing that GitHub dated before the reopening ends nothing', async () => {
    await accept({ head: 1, at: 2, action: 'reopened' })
    await accept({ head: 1, at: 1, action: 'closed' }, closing)
    expect(await runs()).toEqual(['1 main queued'])
  })

  test('what comes late for a pull request that is closed by now starts nothing', async () => {
    await accept({ head: 1, at: 5, action: 'closed' }, closing)
    expect(await accept({ head: 1, at: 0, action: 'opened' })).toEqual({ kind: 'stored' })
    expect(await runs()).toEqual([])
  })

  test('reopened with the same head, a run that closing cut short is owed again', async () => {
    const run = await acceptRun({ head: 1, at: 0 })
    await opened.setState(run, 'running')
    await accept({ head: 1, at: 1, action: 'closed' }, closing)
    expect(await acceptRun({ head: 1, at: 2, action: 'reopened' })).toBe(run)
    expect(await runs()).toEqual(['1 main queued'])
  })

  test('reopened with the same head, what was decided already is posted and not asked again', async () => {
    const run = await acceptRun({ head: 1, at: 0 })
    await opened.setState(run, 'posting')
    await accept({ head: 1, at: 1, action: 'closed' }, closing)
    await accept({ head: 1, at: 2, action: 'reopened' })
    expect(await runs()).toEqual(['1 main posting'])
  })

  test('reopened with the same head, a finished review is not done again, but one that was skipped is', async () => {
    const run = await acceptRun({ head: 1, at: 0 })
    await opened.setState(run, 'completed')
    expect(await accept({ head: 1, at: 2, action: 'reopened' })).toEqual({ kind: 'stored' })
    await opened.setState(run, 'skipped')
    expect(await accept({ head: 1, at: 3 })).toEqual({ kind: 'stored' })
    expect(await accept({ head: 1, at: 4, action: 'reopened' })).toEqual({ kind: 'stored', run })
    expect(await runs()).toEqual(['1 main queued'])
  })

  test('closed and reopened at once, the run goes on', async () => {
    const run = await acceptRun({ head: 1, at: 0 })
    await opened.setState(run, 'running')
    await Promise.all([
      accept({ head: 1, at: 1, action: 'closed' }, closing),
      accept({ head: 1, at: 2, action: 'reopened' }),
    ])
    expect(['1 main queued', '1 main running']).toContainEqual((await runs()).join())
  })

  test('pushed back to an earlier head, its run is owed again', async () => {
    const run = await acceptRun({ head: 1, at: 0 })
    await accept({ head: 2, at: 1 })
    expect(await acceptRun({ head: 1, at: 2 })).toBe(run)
    expect(await runs()).toEqual(['1 main queued', '2 main superseded superseded'])
  })

  test('another base branch is another change', async () => {
    await accept({ head: 1, at: 0 })
    await accept({ head: 1, at: 1, action: 'edited', baseBranch: 'next' })
    expect(await runs()).toEqual(['1 main superseded superseded', '1 next queued'])
  })

  test('what is ignored is kept with the reason, and starts nothing', async () => {
    expect(await opened.store.accept(delivery({ kind: 'ping' }), { kind: 'ignore', reason: 'ping' })).toEqual(
      {
        kind: 'stored',
      },
    )
    await accept({ head: 1, at: 0 }, { kind: 'ignore', reason: 'label' })
    expect((await opened.deliveries()).map(({ reason }) => reason).toSorted()).toEqual(['label', 'ping'])
    expect(await runs()).toEqual([])
  })

  test('installations come, are suspended, and go', async () => {
    const note = (action: string, installationId = 5) =>
      opened.store.accept(delivery({ kind: 'installation', action, installationId, account: 'octo' }), {
        kind: 'note',
      })
    await Promise.all([note('created'), note('created', 6), note('suspend')])
    expect(await opened.installations()).toEqual([
      { id: 5, account: 'octo', state: 'suspended' },
      { id: 6, account: 'octo', state: 'active' },
    ])
    await note('deleted', 6)
    await note('unsuspend')
    expect((await opened.installations()).map(({ state }) => state)).toEqual(['active', 'deleted'])
  })

  test('a delivery that cannot be stored fails alone', async () => {
    const numbers = [1, 2, 2 ** 40, 3]
    const outcomes = await Promise.all(
      numbers.map((number) =>
        accept({ head: 1, at: 0, number }).then(
          ({ kind }) => kind,
          (error: unknown) => errorKind(error),
        ),
      ),
    )
    expect(outcomes).toEqual(['stored', 'stored', 'permanent', 'stored'])
    expect(await opened.deliveries()).toHaveLength(3)
    expect((await opened.pullRequests()).map(({ number }) => number)).toEqual([1, 2, 3])
  })

  test('beyond a bound of calls that wait, more are refused at once as retryable', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 4_000 }, () =>
        accept({ head: 1, at: 0 }).then(
          ({ kind }) => kind,
          (error: unknown) => errorKind(error),
        ),
      ),
    )
    const stored = outcomes.filter((outcome) => outcome === 'stored')
    expect(outcomes.filter((outcome) => outcome === 'retryable').length).toBe(4_000 - stored.length)
    expect(stored.length).toBeLessThan(4_000)
    expect(await opened.deliveries()).toHaveLength(stored.length)
  })
}
