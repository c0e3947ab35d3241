import { availableParallelism } from 'node:os'
import { createPlaces } from '../base/concurrency.ts'

/**
 * For all linters of this process together: each takes a core for as long as it is at work. A hundred of them on two cores
 * are done no sooner than two at a time, and leave our event loop too little to keep its leases (ADR 30).
 */
export const inLinterPlace = createPlaces(availableParallelism())
