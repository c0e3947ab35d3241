import { availableParallelism } from 'node:os'
import { createPlaces } from '../base/child-processes.ts'

/** For all linters of this process together: each takes a core for as long as it is at work. */
export const inLinterPlace = createPlaces(availableParallelism())
