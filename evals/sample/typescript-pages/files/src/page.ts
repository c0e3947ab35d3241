export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next: number | undefined
}

/** All items of a list that is served in pages. */
export async function readAll<Item>(
  fetchPage: (page: number) => Promise<Page<Item>>,
): Promise<readonly Item[]> {
  const items: Item[] = []
  for (let page: number | undefined = 1; page !== undefined; ) {
    const answer: Page<Item> = await fetchPage(page)
    items.push(...answer.items)
    page = answer.next
  }
  return items
}

/** The items that a page of a list shows; pages count from 1. */
export function pageOf<Item>(items: readonly Item[], page: number, size: number): Page<Item> {
  const start = page * size
  const shown = items.slice(start, start + size)
  return { items: shown, next: start + size < items.length ? page + 1 : undefined }
}

/** Asks for the first `count` pages at once. */
export async function readFirst<Item>(
  fetchPage: (page: number) => Promise<Page<Item>>,
  count: number,
): Promise<readonly Item[]> {
  const items: Item[] = []
  Array.from({ length: count }).forEach(async (_, index) => {
    const { items: found } = await fetchPage(index + 1)
    items.push(...found)
  })
  return items
}
