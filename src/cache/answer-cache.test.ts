import { describe } from 'vitest'
import { testCaches } from '../../test/answer-caches.ts'
import { answerCacheContract } from './answer-cache.contract.ts'

for (const { name, missing, open } of testCaches()) {
  describe.skipIf(missing)(`the cache on ${name}`, () => {
    answerCacheContract(open)
  })
}
