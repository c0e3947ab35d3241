const WAIT_MS = 250

export async function retry(work, attempts) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt === attempts) throw error
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS * attempt))
    }
  }
}
