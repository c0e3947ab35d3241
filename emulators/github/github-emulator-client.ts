import { z } from 'zod'
import { folderOf, type EmulatorActions } from './emulator-actions.ts'
import type { GitHubEmulator, GitHubEmulatorIdentity } from './emulator.ts'

const answer = z.union([z.object({ result: z.unknown() }), z.object({ message: z.string() })])

/** An emulator that runs in another process on this machine. `close` leaves it running: who started it ends it. */
export function connectGitHubEmulator(identity: GitHubEmulatorIdentity): GitHubEmulator {
  const call = async <Result>(
    action: keyof EmulatorActions,
    ...values: readonly unknown[]
  ): Promise<Result> => {
    const response = await fetch(`${identity.url}/_emulator/${action}`, {
      method: 'POST',
      body: JSON.stringify({ arguments: values }),
    })
    const parsed = answer.parse(await response.json())
    if ('message' in parsed) throw new Error(parsed.message)
    return parsed.result as Result // the other side has the same types
  }
  return {
    ...identity,
    addRepository: async (fullName, source) =>
      call('addRepository', fullName, await folderOf(identity.folder, source)),
    setWebhook: (...values) => call('setWebhook', ...values),
    openPullRequest: (...values) => call('openPullRequest', ...values),
    push: (...values) => call('push', ...values),
    closePullRequest: (...values) => call('closePullRequest', ...values),
    reopen: (...values) => call('reopen', ...values),
    markReady: (...values) => call('markReady', ...values),
    convertToDraft: (...values) => call('convertToDraft', ...values),
    lock: (...values) => call('lock', ...values),
    unlock: (...values) => call('unlock', ...values),
    editTitle: (...values) => call('editTitle', ...values),
    editBase: (...values) => call('editBase', ...values),
    deleteFork: (...values) => call('deleteFork', ...values),
    comment: (...values) => call('comment', ...values),
    deleteIssueComment: (...values) => call('deleteIssueComment', ...values),
    revokeTokens: () => call('revokeTokens'),
    deliver: (...values) => call('deliver', ...values),
    redeliver: (...values) => call('redeliver', ...values),
    deliveries: () => call('deliveries'),
    reviews: (...values) => call('reviews', ...values),
    comments: (...values) => call('comments', ...values),
    issueComments: (...values) => call('issueComments', ...values),
    checkRuns: (...values) => call('checkRuns', ...values),
    head: (...values) => call('head', ...values),
    requests: () => call('requests'),
    fail: (...values) => call('fail', ...values),
    clearFaults: () => call('clearFaults'),
    violations: () => call('violations'),
    close: () => Promise.resolve(),
  }
}
