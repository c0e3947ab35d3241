import type { ProviderFault } from './scripted-answer.ts'
import type { FaultBody } from './wire-format.ts'

const faults: Record<
  ProviderFault,
  readonly [status: number, type: string, code: string | null, message: string]
> = {
  'bad-key': [401, 'invalid_request_error', 'invalid_api_key', 'Incorrect API key provided.'],
  forbidden: [403, 'invalid_request_error', 'unsupported_country_region_territory', 'Country not supported.'],
  'no-such-model': [404, 'invalid_request_error', 'model_not_found', 'The model does not exist.'],
  'bad-request': [400, 'invalid_request_error', 'unsupported_parameter', 'Unsupported parameter.'],
  'context-too-long': [
    400,
    'invalid_request_error',
    'context_length_exceeded',
    'Your input exceeds the context window of this model.',
  ],
  'rate-limited': [429, 'requests', 'rate_limit_exceeded', 'Rate limit reached for requests per min (RPM).'],
  'quota-gone': [429, 'insufficient_quota', 'insufficient_quota', 'You exceeded your current quota.'],
  'server-error': [500, 'server_error', null, 'The server had an error while processing your request.'],
  overloaded: [503, 'service_unavailable_error', null, 'That model is currently overloaded.'],
}

/** Source: OpenAI, "Error codes", and the error object of its API reference. */
export function openAiFault(fault: ProviderFault, detail?: string): FaultBody {
  const [status, type, code, message] = faults[fault]
  return { status, body: { error: { message: detail ?? message, type, param: null, code } } }
}
