import addFormats from 'ajv-formats'
import { OpenAPIBackend, type Operation } from 'openapi-backend'
import { parseJson } from '../../../src/base/json.ts'
import type { ApiRequest } from '../answer-request.ts'
import type { Delivery } from '../deliveries.ts'
import type { Answer } from '../operation.ts'
import { queryFaults } from '../operations/graphql.ts'
import { route } from '../route.ts'
import { isPart, readDescription } from './description.ts'
import { unknownProperties } from './unknown-properties.ts'

/** Compares what goes over the wire with GitHub's OpenAPI description, in both directions. */
export interface Validation {
  /** One line for each request, answer or delivery that the description refuses. */
  readonly violations: readonly string[]
  check(request: ApiRequest, answer: Answer): void
  checkDelivery(delivery: Delivery): void
}

/** Answers that any operation may give, whether its description names them or not. */
const anywhere = new Set([400, 401, 403, 404, 422, 429])

/** The description's own names for one thing that is wrong. */
interface Complaint {
  readonly instancePath: string
  readonly message?: string | undefined
  readonly params?: unknown
}

const tell = (complaints: readonly Complaint[] | null | undefined): string[] =>
  (complaints ?? []).map(({ instancePath, message, params }) =>
    `${instancePath} ${message ?? ''} ${JSON.stringify(params)}`.trim(),
  )

let opened: Promise<OpenAPIBackend> | undefined

/** One for the whole process: it compiles a schema when it is first used, which takes a third of a second for some. */
async function openBackend(): Promise<OpenAPIBackend> {
  const backend = new OpenAPIBackend({
    definition: await readDescription(),
    strict: false,
    quick: true,
    ajvOpts: { strict: false, allErrors: true, code: { optimize: false } },
    customizeAjv: (ajv) => {
      // Its types describe the module as it would be loaded by `require`.
      ;(addFormats as unknown as (target: typeof ajv) => void)(ajv)
      return ajv
    },
  })
  return backend.init()
}

export async function openValidation(): Promise<Validation> {
  const backend = await (opened ??= openBackend())
  const operations = backend.router.getOperations()
  const violations: string[] = []
  const operationAt = (method: string, path: string): Operation | undefined =>
    operations.find((operation) => operation.path === path && operation.method === method.toLowerCase())

  const complaintsAboutRequest = (operation: Operation, request: ApiRequest): string[] => {
    const { parameters = new Map<string, string>() } = route(request.method, request.path) ?? {}
    // Slashes inside a parameter (a path, a branch) are data.
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(parameters.get(name) ?? ''),
    )
    const body = request.body.length === 0 ? undefined : parseJson(request.body.toString('utf8'))
    const query = Object.fromEntries(request.query)
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const result = backend.validator.validateRequest(
      { method: request.method, path, headers, query, body },
      operation,
    )
    const names = new Set(
      (operation.parameters ?? []).map((parameter) => ('name' in parameter ? parameter.name : '')),
    )
    const unknownQuery = Object.keys(query).filter((name) => !names.has(name))
    return [
      ...tell(result.errors),
      ...unknownQuery.map((name) => `?${name} is unknown`),
      ...unknownProperties(bodySchema(operation), body).map((name) => `${name} is unknown`),
    ]
  }

  const complaintsAboutAnswer = (operation: Operation, answer: Answer): string[] => {
    const described = Object.hasOwn(operation.responses ?? {}, String(answer.status))
    if (!described) return anywhere.has(answer.status) ? [] : [`status ${answer.status} is not described`]
    // Raw bytes have no schema.
    if (Buffer.isBuffer(answer.body)) return []
    const body: unknown = JSON.parse(JSON.stringify(answer.body ?? null))
    return tell(backend.validator.validateResponse(body, operation, answer.status).errors)
  }

  return {
    violations,
    check: (request, answer) => {
      const name = `${request.method} ${request.path}`
      const found = route(request.method, request.path)
      if (found?.operation.resource === 'graphql') {
        violations.push(...queryFaults(answer).map((fault) => `${name}: ${fault}`))
        return
      }
      const operation = found && operationAt(found.operation.method, found.operation.path)
      if (!operation) {
        violations.push(`${name}: no operation of the description`)
        return
      }
      violations.push(
        ...complaintsAboutRequest(operation, request).map((complaint) => `${name}: request ${complaint}`),
        ...complaintsAboutAnswer(operation, answer).map(
          (complaint) => `${name}: answer ${answer.status} ${complaint}`,
        ),
      )
    },
    checkDelivery: (delivery) => {
      const name = [delivery.event, delivery.action].filter(Boolean).join('-').replaceAll('_', '-')
      const path = `/deliveries/${name}`
      const operation = operationAt('post', path)
      if (!operation) {
        violations.push(`delivery ${name}: not described`)
        return
      }
      const { headers, payload } = delivery.request
      const result = backend.validator.validateRequest(
        { method: 'POST', path, headers, body: payload },
        operation,
      )
      violations.push(...tell(result.errors).map((complaint) => `delivery ${name}: ${complaint}`))
    },
  }
}

function bodySchema(operation: Operation): unknown {
  const requestBody: unknown = operation.requestBody
  const content = isPart(requestBody) ? requestBody['content'] : undefined
  const json = isPart(content) ? content['application/json'] : undefined
  return isPart(json) ? json['schema'] : undefined
}
