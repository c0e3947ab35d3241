import { createPlaces, createTimeline, type Places, type Timeline } from './timeline.ts'

/** What bounds a review when neither our code nor the machine takes any time. */
export interface IdealSystem {
  readonly workers: number
  /** Runs at once in each worker. */
  readonly concurrency: number
  /** Questions at once of one run. */
  readonly unitConcurrency: number
  /** Questions at once of one worker. */
  readonly modelConcurrency: number
  readonly modelLatencyMs: number
  readonly githubLatencyMs: number
}

/** A run as it must be: when its delivery comes, and for each unit how many questions follow each other. */
export interface IdealRun {
  readonly atMs: number
  readonly units: readonly number[]
}

/**
 * Calls to GitHub that cannot be made at once, however a review is written. Before the questions one: the pull request
 * and its files. After them three: the last look at the head, the review, and the check run that counts what GitHub took.
 */
const READS_BEFORE = 1
const CALLS_AFTER = 3

/** From delivery to the end of the review, for each run, on a machine that takes no time itself. */
export function idealSchedule(system: IdealSystem, runs: readonly IdealRun[]): number[] {
  const timeline = createTimeline()
  const workers = Array.from({ length: system.workers }, () => ({
    runs: createPlaces(system.concurrency),
    questions: createPlaces(system.modelConcurrency),
  }))
  const endedAt = runs.map(() => 0)
  for (const [index, run] of runs.entries()) {
    timeline.at(run.atMs, () => {
      // To the worker with the fewest runs: a queue from which all claim does as well.
      const [worker] = workers.toSorted((a, b) => a.runs.taken() - b.runs.taken())
      worker?.runs.take((giveBack) => {
        play(timeline, system, worker.questions, run, () => {
          endedAt[index] = timeline.now()
          giveBack()
        })
      })
    })
  }
  timeline.run()
  return runs.map(({ atMs }, index) => (endedAt[index] ?? 0) - atMs)
}

function play(
  timeline: Timeline,
  { unitConcurrency, modelLatencyMs, githubLatencyMs }: IdealSystem,
  questions: Places,
  { units }: IdealRun,
  onEnd: () => void,
): void {
  const ownUnits = createPlaces(unitConcurrency)
  let left = units.length
  // What was found in two units is compared in one more question, once all are done.
  const isCompared = units.filter((count) => count > 1).length > 1
  timeline.after(READS_BEFORE * githubLatencyMs, () => {
    if (left === 0) finish()
    for (const count of units) ownUnits.take((giveBack) => ask(count, giveBack))
  })

  /** Asks the questions of one unit, each after the other. */
  function ask(count: number, giveBack: () => void): void {
    if (count === 0) {
      giveBack()
      left -= 1
      if (left === 0 && isCompared)
        questions.take((done) => timeline.after(modelLatencyMs, () => (done(), finish())))
      else if (left === 0) finish()
      return
    }
    questions.take((done) =>
      timeline.after(modelLatencyMs, () => {
        done()
        ask(count - 1, giveBack)
      }),
    )
  }

  function finish(): void {
    timeline.after(CALLS_AFTER * githubLatencyMs, onEnd)
  }
}
