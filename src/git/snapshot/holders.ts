/** Who holds which repository in this process: who reads in it, and who waits until it has a commit. */
export interface Holders {
  readonly take: (folder: string) => void
  readonly giveBack: (folder: string) => void
  /** Who took it reads nothing in it meanwhile. */
  readonly whileWaiting: <Result>(folder: string, work: () => Promise<Result>) => Promise<Result>
  readonly isHeld: (folder: string) => boolean
  readonly isRead: (folder: string) => boolean
}

export function createHolders(): Holders {
  const holding = new Map<string, number>()
  const waiting = new Map<string, number>()
  const add = (counts: Map<string, number>, folder: string, by: number): void => {
    const left = (counts.get(folder) ?? 0) + by
    if (left > 0) counts.set(folder, left)
    else counts.delete(folder)
  }
  return {
    take: (folder) => add(holding, folder, 1),
    giveBack: (folder) => add(holding, folder, -1),
    async whileWaiting(folder, work) {
      add(waiting, folder, 1)
      try {
        return await work()
      } finally {
        add(waiting, folder, -1)
      }
    },
    isHeld: (folder) => holding.has(folder),
    isRead: (folder) => (holding.get(folder) ?? 0) > (waiting.get(folder) ?? 0),
  }
}
