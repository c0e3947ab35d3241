import { z } from 'zod'
import type { Question } from '../../src/llm/model.ts'

/** A question that takes no time to put. */
export function shortQuestion(prompt: string): Question {
  return {
    purpose: 'find',
    system: 'Answer in JSON.',
    prompt,
    answer: { name: 'found', description: 'What fails.', schema: z.object({ found: z.array(z.string()) }) },
    maxOutputTokens: 100,
  }
}
