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
  instructions: z.string().nullish(),
  input: z
    .array(z.object({ role: z.enum(['system', 'developer', 'user', 'assistant']), content: text }))
    .min(1),
  stream: z.boolean().optional(),
  text: z
    .object({
      format: z
        .discriminatedUnion('type', [
          z.object({ type: z.literal('text') }),
          z.object({ type: z.literal('json_object') }),
          z.object({
            type: z.literal('json_schema'),
            name: z.string().regex(/^[\w-]{1,64}$/),
            strict: z.boolean().nullish(),
            schema: z.record(z.string(), z.unknown()),
          }),
        ])
        .optional(),
    })
    .optional(),
})

/** OpenAI's responses. Source: OpenAI API reference, "Responses" and "Streaming events". */
export const openAiResponses: WireFormat = {
  provider: 'openai',
  path: '/v1/responses',
  readKey: bearerKey,
  fault: openAiFault,

  readQuestion(body) {
    const { model, instructions, input, stream = false, text } = request.parse(body)
    const said = (isSystem: boolean): string[] =>
      input
        .filter((item) => ['system', 'developer'].includes(item.role) === isSystem)
        .map((item) => item.content)
    const system = [...(instructions ? [instructions] : []), ...said(true)].join('\n')
    const question = { provider: this.provider, model, system, prompt: said(false).join('\n'), stream }
    const format = text?.format
    if (format?.type !== 'json_schema') return question
    const fault = format.strict === true ? strictSchemaFault(format.schema) : undefined
    if (fault !== undefined) throw new Error(`Invalid schema for response_format '${format.name}': ${fault}`)
    return { ...question, schema: format.schema }
  },

  answer: ({ model }, answer) => response(model, answer),

  stream({ model }, answer) {
    const item = { output_index: 0, item_id: ITEM_ID }
    const begun = { ...response(model, answer), status: 'in_progress', output: [], usage: null }
    const kind = answer.finish === 'refusal' ? 'refusal' : 'output_text'
    const ended = isIncomplete(answer) ? 'response.incomplete' : 'response.completed'
    const events = [
      { type: 'response.created', response: begun },
      { type: 'response.output_item.added', output_index: 0, item: { ...message(answer), content: [] } },
      ...inPieces(answer.text).map((delta) => ({
        type: `response.${kind}.delta`,
        ...item,
        content_index: 0,
        delta,
        ...(kind === 'output_text' && { logprobs: [] }),
      })),
      ...(kind === 'refusal'
        ? [{ type: 'response.refusal.done', ...item, content_index: 0, refusal: answer.text }]
        : []),
      { type: 'response.output_item.done', output_index: 0, item: message(answer) },
      { type: ended, response: response(model, answer) },
    ]
    return events.map((event, index) => ({ name: event.type, data: { ...event, sequence_number: index } }))
  },
}

const ITEM_ID = 'msg_emulated'

function response(model: string, answer: WrittenAnswer): object {
  const { inputTokens, cachedInputTokens, outputTokens } = answer.usage
  return {
    id: 'resp_emulated',
    object: 'response',
    created_at: 1_767_225_600,
    status: isIncomplete(answer) ? 'incomplete' : 'completed',
    error: null,
    incomplete_details: isIncomplete(answer)
      ? { reason: answer.finish === 'length' ? 'max_output_tokens' : 'content_filter' }
      : null,
    model,
    output: [message(answer)],
    usage: {
      input_tokens: inputTokens,
      input_tokens_details: { cached_tokens: cachedInputTokens },
      output_tokens: outputTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: inputTokens + outputTokens,
    },
  }
}

function message(answer: WrittenAnswer): object {
  const content =
    answer.finish === 'refusal'
      ? { type: 'refusal', refusal: answer.text }
      : { type: 'output_text', text: answer.text, annotations: [], logprobs: [] }
  const status = isIncomplete(answer) ? 'incomplete' : 'completed'
  return { id: ITEM_ID, type: 'message', status, role: 'assistant', content: [content] }
}

function isIncomplete({ finish }: WrittenAnswer): boolean {
  return finish === 'length' || finish === 'content-filter'
}
