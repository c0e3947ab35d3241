import { z } from 'zod'
import { openAiFault } from './openai-faults.ts'
import { strictSchemaFault } from './strict-schema.ts'
import { bearerKey, inPieces, type WireFormat, type WrittenAnswer } from './wire-format.ts'

const text = z.union([
  z.string(),
  z.array(z.object({ text: z.string() })).transform((parts) => parts.map((part) => part.text).join('')),
])
const request = z.object({
  model: z.string().min(1),
  messages: z
    .array(z.object({ role: z.enum(['system', 'developer', 'user', 'assistant']), content: text }))
    .min(1),
  stream: z.boolean().optional(),
  response_format: z
    .discriminatedUnion('type', [
      z.object({ type: z.literal('text') }),
      z.object({ type: z.literal('json_object') }),
      z.object({
        type: z.literal('json_schema'),
        json_schema: z.object({
          name: z.string().regex(/^[\w-]{1,64}$/),
          strict: z.boolean().nullish(),
          schema: z.record(z.string(), z.unknown()),
        }),
      }),
    ])
    .optional(),
})

/** OpenAI's chat completions, which compatible servers (Ollama, vLLM) speak. Source: OpenAI API reference, "Chat Completions". */
export const openAiChat: WireFormat = {
  provider: 'openai-compatible',
  path: '/v1/chat/completions',
  readKey: bearerKey,

  fault(fault, detail) {
    if (fault !== 'context-too-long') return openAiFault(fault, detail)
    // The form of vLLM, which has a number for a code and says it in the message alone.
    const message = "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens."
    return { status: 400, body: { error: { message, type: 'BadRequestError', param: null, code: 400 } } }
  },

  readQuestion(body) {
    const { model, messages, stream = false, response_format: format } = request.parse(body)
    const said = (isSystem: boolean): string =>
      messages
        .filter((message) => ['system', 'developer'].includes(message.role) === isSystem)
        .map((message) => message.content)
        .join('\n')
    const question = { provider: this.provider, model, system: said(true), prompt: said(false), stream }
    if (format?.type === 'json_object' && !/json/i.test(question.system + question.prompt))
      throw new Error("'messages' must contain the word 'json' in some form, to use 'json_object'")
    if (format?.type !== 'json_schema') return question
    const { schema, strict } = format.json_schema
    const fault = strict === true ? strictSchemaFault(schema) : undefined
    if (fault !== undefined) throw new Error(`Invalid schema for response_format: ${fault}`)
    return { ...question, schema }
  },

  answer: ({ model }, answer) => ({
    ...head(model),
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: answer.finish === 'refusal' ? null : answer.text,
          refusal: answer.finish === 'refusal' ? answer.text : null,
        },
        finish_reason: finishReason(answer),
      },
    ],
    usage: usage(answer),
  }),

  stream({ model }, answer) {
    const chunk = (delta: object, finish_reason: string | null = null): object => ({
      ...head(model),
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, finish_reason }],
    })
    const field = answer.finish === 'refusal' ? 'refusal' : 'content'
    return [
      chunk({ role: 'assistant', content: '' }),
      ...inPieces(answer.text).map((piece) => chunk({ [field]: piece })),
      chunk({}, finishReason(answer)),
      { ...head(model), object: 'chat.completion.chunk', choices: [], usage: usage(answer) },
      '[DONE]',
    ].map((data) => ({ data }))
  },
}

function head(model: string): object {
  return { id: 'chatcmpl-emulated', created: 1_767_225_600, model }
}

function finishReason({ finish }: WrittenAnswer): string {
  // A refusal is a completed answer here; it shows in the message alone.
  if (finish === 'refusal') return 'stop'
  return finish === 'content-filter' ? 'content_filter' : finish
}

function usage({ usage }: WrittenAnswer): object {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedInputTokens },
  }
}
