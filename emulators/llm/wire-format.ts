import type { IncomingHttpHeaders } from 'node:http'
import type { ProviderFault } from './scripted-answer.ts'

/** By path: `/v1/responses`, `/v1/messages`, `/v1/chat/completions`. */
export type EmulatedProvider = 'openai' | 'anthropic' | 'openai-compatible'

/** A question as it came over the wire, whatever the provider's form. */
export interface LlmQuestion {
  readonly provider: EmulatedProvider
  readonly model: string
  readonly system: string
  readonly prompt: string
  /** The JSON Schema that the answer was asked to follow. */
  readonly schema?: Readonly<Record<string, unknown>>
}

/** A question with what only the wire format needs to answer it. */
export interface WireQuestion extends LlmQuestion {
  readonly stream: boolean
  /** Anthropic: the tool that the model was told to call with its answer. */
  readonly answerTool?: string
}

export interface WrittenAnswer {
  readonly text: string
  readonly finish: 'stop' | 'length' | 'content-filter' | 'refusal'
  readonly usage: {
    readonly inputTokens: number
    readonly cachedInputTokens: number
    /** Told by Anthropic alone. */
    readonly cacheWriteInputTokens: number
    readonly outputTokens: number
  }
}

/** One event of a stream; `name` is absent where the provider sends data alone. */
interface ServerSentEvent {
  readonly name?: string
  readonly data: unknown
}

export interface FaultBody {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
}

/** How one provider's HTTP interface speaks. Pure: from values to values. */
export interface WireFormat {
  readonly provider: EmulatedProvider
  readonly path: string
  /** The key that the request carries, if any. */
  readKey(headers: IncomingHttpHeaders): string | undefined
  /** Throws an Error that says what is wrong with the request, as the provider would refuse it. */
  readQuestion(body: unknown): WireQuestion
  answer(question: WireQuestion, answer: WrittenAnswer): unknown
  stream(question: WireQuestion, answer: WrittenAnswer): readonly ServerSentEvent[]
  /** `detail` replaces the provider's usual message. */
  fault(fault: ProviderFault, detail?: string): FaultBody
}

/** The key of `Authorization: Bearer …`. */
export function bearerKey(headers: IncomingHttpHeaders): string | undefined {
  return /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1]
}

/** The text in a few pieces, as models stream it. */
export function inPieces(text: string): string[] {
  const size = Math.max(1, Math.ceil(text.length / 4))
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  )
}
