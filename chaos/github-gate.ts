import { z } from 'zod'
import { parseJson } from '../src/base/json.ts'
import { failed } from './failure.ts'
import type { Gatekeeper, Verdict } from './gatekeeper.ts'
import type { Handle, HttpAnswer, HttpCall } from './http-gate.ts'
import type { Journal } from './journal.ts'
import type { ProcessName } from './plan-strikes.ts'
import { httpCall, type Service } from './steps.ts'

/** Lets the gatekeeper look at every call before it is carried out, and again before its answer goes back. */
export function gated(service: Service, by: ProcessName, keeper: Gatekeeper): Handle {
  return async (call, send, isWanted) => {
    const [path = ''] = call.path.split('?')
    const name = httpCall(service, call.method, path)
    const pass = async (when: 'before' | 'after'): Promise<Verdict> =>
      name === undefined ? 'go' : keeper.pass({ service, call: name, when, by })
    const before = await pass('before')
    if (before === 'stop' || !isWanted()) return undefined
    if (before !== 'go') return failed(before)
    const answer = await send(call)
    const after = await pass('after')
    if (after === 'stop') return undefined
    return after === 'go' ? answer : failed(after, answer)
  }
}

const pullRequest = z.object({ state: z.string(), head: z.object({ sha: z.string() }) })
const newReview = z.object({ commit_id: z.string() })
const newCheckRun = z.object({ head_sha: z.string() })

/** The same, and notes what the process came to know, and what it wrote. */
export function gatedGitHub(by: ProcessName, keeper: Gatekeeper, journal: Journal): Handle {
  const handle = gated('github', by, keeper)
  return (call, send, isWanted) => {
    const [, repository = '', rest = ''] = /^\/repos\/([^/]+\/[^/?]+)([^?]*)/.exec(call.path) ?? []
    return handle(
      call,
      async (call) => {
        noteWrite(journal, repository, rest, call)
        const answer = await send(call)
        noteRead(journal, repository, rest, call, answer)
        return answer
      },
      isWanted,
    )
  }
}

function noteWrite(journal: Journal, repository: string, rest: string, { method, body }: HttpCall): void {
  if (method !== 'POST') return
  const value = parseJson(body.toString('utf8'))
  const at = performance.now()
  if (/^\/pulls\/\d+\/reviews$/.test(rest)) {
    const { commit_id: head } = newReview.parse(value)
    journal.note(repository, { kind: 'wrote', at, what: 'review', head })
  }
  if (rest === '/check-runs') {
    const { head_sha: head } = newCheckRun.parse(value)
    journal.note(repository, { kind: 'wrote', at, what: 'check run', head })
  }
}

function noteRead(
  journal: Journal,
  repository: string,
  rest: string,
  { method }: HttpCall,
  { status, body }: HttpAnswer,
): void {
  const [, number] = /^\/pulls\/(\d+)$/.exec(rest) ?? []
  if (method !== 'GET' || number === undefined || status !== 200) return
  const { state, head } = pullRequest.parse(parseJson(body.toString('utf8')))
  const at = performance.now()
  journal.note(repository, {
    kind: 'read',
    at,
    number: Number(number),
    head: head.sha,
    open: state === 'open',
  })
}
