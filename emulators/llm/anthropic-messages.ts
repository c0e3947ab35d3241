import { z } from 'zod'
import { parseJson } from '../../src/base/json.ts'
import type { ProviderFault } from './scripted-answer.ts'
import {
  inPieces,
  type FaultBody,
  type WireFormat,
  type WireQuestion,
  type WrittenAnswer,
} from './wire-format.ts'

const text = z.union([
  z.string(),
  z.array(z.object({ text: z.string() })).transform((parts) => parts.map((part) => part.text).join('')),
])
const schema = z.record(z.string(), z.unknown())
const request = z.object({
  model: z.string().min(1),
  max_tokens: z.int().positive(),
  system: text.optional(),
  messages: z.array(z.object({ role: z.enum(['user', 'assistant']), content: text })).min(1),
  stream: z.boolean().optional(),
  output_config: z
    .object({ format: z.object({ type: z.literal('json_schema'), schema }).optional() })
    .optional(),
  tools: z.array(z.object({ name: z.string(), input_schema: schema })).optional(),
  tool_choice: z.object({ type: z.string(), name: z.string().optional() }).optional(),
})

/** Source: Anthropic API reference, "Messages", "Streaming messages" and "Errors". */
export const anthropicMessages: WireFormat = {
  provider: 'anthropic',
  path: '/v1/messages',
  fault,

  readKey: (headers) => {
    const key = headers['x-api-key']
    return typeof key === 'string' && key !== '' ? key : undefined
  },

  readQuestion(body) {
    const asked = request.parse(body)
    const choice = asked.tool_choice
    const answerTool =
      choice?.type === 'any' ? asked.tools?.[0] : asked.tools?.find((tool) => tool.name === choice?.name)
    const answerSchema = asked.output_config?.format?.schema ?? answerTool?.input_schema
    return {
      provider: this.provider,
      model: asked.model,
      system: asked.system ?? '',
      prompt: asked.messages.map((message) => message.content).join('\n'),
      stream: asked.stream ?? false,
      ...(answerSchema && { schema: answerSchema }),
      ...(answerTool && { answerTool: answerTool.name }),
    }
  },

  answer: (question, answer) => ({
    ...head(question),
    content: answer.text === '' ? [] : [block(question, answer)],
    stop_reason: stopReason(question, answer),
    usage: usage(answer),
  }),

  stream(question, answer) {
    const whole = block(question, answer)
    const isTool = whole.type === 'tool_use'
    const empty = isTool ? { ...whole, input: {} } : { ...whole, text: '' }
    const deltas = inPieces(answer.text).map((piece) =>
      isTool ? { type: 'input_json_delta', partial_json: piece } : { type: 'text_delta', text: piece },
    )
    const events = [
      {
        type: 'message_start',
        message: {
          ...head(question),
          content: [],
          stop_reason: null,
          usage: { ...usage(answer), output_tokens: 1 },
        },
      },
      { type: 'content_block_start', index: 0, content_block: empty },
      ...deltas.map((delta) => ({ type: 'content_block_delta', index: 0, delta })),
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: stopReason(question, answer), stop_sequence: null },
        usage: { output_tokens: answer.usage.outputTokens },
      },
      { type: 'message_stop' },
    ]
    return events.map((event) => ({ name: event.type, data: event }))
  },
}

function head({ model }: WireQuestion): object {
  return { id: 'msg_emulated', type: 'message', role: 'assistant', model, stop_sequence: null }
}

type Block =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: object }

/** The call of the answer tool when there is one and the text fits into it, else the text. */
function block({ answerTool }: WireQuestion, answer: WrittenAnswer): Block {
  const input = parseJson(answer.text)
  if (answerTool !== undefined && answer.finish !== 'refusal' && typeof input === 'object' && input !== null)
    return { type: 'tool_use', id: 'toolu_emulated', name: answerTool, input }
  return { type: 'text', text: answer.text }
}

function stopReason(question: WireQuestion, answer: WrittenAnswer): string {
  if (answer.finish === 'length') return 'max_tokens'
  if (answer.finish !== 'stop') return 'refusal'
  return block(question, answer).type === 'tool_use' ? 'tool_use' : 'end_turn'
}

function usage({ usage }: WrittenAnswer): object {
  return {
    // Unlike the others, Anthropic counts the tokens of its cache apart.
    input_tokens: usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteInputTokens,
    cache_read_input_tokens: usage.cachedInputTokens,
    cache_creation_input_tokens: usage.cacheWriteInputTokens,
    output_tokens: usage.outputTokens,
  }
}

const faults: Record<ProviderFault, readonly [status: number, type: string, message: string]> = {
  'bad-key': [401, 'authentication_error', 'invalid x-api-key'],
  forbidden: [
    403,
    'permission_error',
    'Your API key does not have permission to use the specified resource.',
  ],
  'no-such-model': [404, 'not_found_error', 'model: claude-none'],
  'bad-request': [400, 'invalid_request_error', 'max_tokens: 99999 > 8192'],
  'context-too-long': [400, 'invalid_request_error', 'prompt is too long: 200251 tokens > 200000 maximum'],
  'rate-limited': [429, 'rate_limit_error', 'This request would exceed your rate limit.'],
  'quota-gone': [
    400,
    'invalid_request_error',
    'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.',
  ],
  'server-error': [500, 'api_error', 'Internal server error'],
  overloaded: [529, 'overloaded_error', 'Overloaded'],
}

function fault(fault: ProviderFault, detail?: string): FaultBody {
  const [status, type, message] = faults[fault]
  return {
    status,
    body: { type: 'error', error: { type, message: detail ?? message }, request_id: 'req_emulated' },
  }
}
