import { describe } from 'vitest'
import { testDatabases } from '../../test/databases.ts'
import { createManualClock } from '../../test/manual-clock.ts'
import { budgetContract } from './budget.contract.ts'
import { createPostgresBudget } from './budget.postgres.ts'

for (const kind of testDatabases()) {
  describe.skipIf(kind.missing)(`the budget on ${kind.name}`, () => {
    budgetContract(async () => {
      const { database, drop } = await kind.open()
      const clock = createManualClock()
      return {
        budget: createPostgresBudget(database, { clock }),
        another: createPostgresBudget(database, { clock }),
        advance: (ms) => clock.advance(ms),
        close: drop,
      }
    })
  })
}
