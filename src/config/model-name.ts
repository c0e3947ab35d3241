import { z } from 'zod'
import { modelProviders, parseModelId, type ModelId } from '../llm/parse-model-id.ts'
import type { ValueType } from './setting.ts'

/** Several of them, in their order. */
export const modelNames: ValueType<readonly ModelId[]> = {
  schema: z
    .string()
    .transform((text) => text.split(',').map((name) => name.trim()))
    .pipe(z.array(z.lazy(() => modelName.schema))),
  expected: `names of models, each after ${modelProviders.map((name) => `\`${name}/\``).join(', ')}, with commas between them`,
}

/** `provider/model`. The problem does not quote the value: somebody may have put a key there. */
export const modelName: ValueType<ModelId> = {
  schema: z.string().transform((text, context) => {
    try {
      return parseModelId(text)
    } catch {
      context.addIssue('is not provider/model with a known provider')
      return z.NEVER
    }
  }),
  expected: `the name of a model after ${modelProviders.map((name) => `\`${name}/\``).join(', ')}`,
}
