import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/**
 * Cuts GitHub's OpenAPI description (13 MB, 1,200 operations) down to the operations that the emulator answers and the
 * deliveries that it sends, with the components that these refer to, and without prose and examples.
 *
 *   npm pack @octokit/openapi@23.0.2 && tar xzf octokit-openapi-23.0.2.tgz package/generated/api.github.com.json
 *   npm run build && node dist/emulators/github/openapi/cut.js package/generated/api.github.com.json
 */

const operations = new Set([
  'apps/create-installation-access-token',
  'apps/get-authenticated',
  'apps/get-installation',
  'apps/get-repo-installation',
  'apps/get-webhook-delivery',
  'apps/list-installations',
  'apps/list-repos-accessible-to-installation',
  'apps/list-webhook-deliveries',
  'apps/redeliver-webhook-delivery',
  'checks/create',
  'checks/get',
  'checks/list-for-ref',
  'checks/update',
  'git/get-blob',
  'git/get-commit',
  'git/get-tree',
  'issues/create-comment',
  'issues/get-comment',
  'issues/list-comments',
  'issues/update-comment',
  'pulls/create-review',
  'pulls/create-review-comment',
  'pulls/get',
  'pulls/get-review',
  'pulls/get-review-comment',
  'pulls/list',
  'pulls/list-comments-for-review',
  'pulls/list-files',
  'pulls/list-review-comments',
  'pulls/list-reviews',
  'rate-limit/get',
  'repos/compare-commits-with-basehead',
  'repos/get',
  'repos/get-branch',
  'repos/get-content',
  'users/get-authenticated',
])

const deliveries = new Set([
  'installation-created',
  'ping',
  'pull-request-closed',
  'pull-request-converted-to-draft',
  'pull-request-edited',
  'pull-request-locked',
  'pull-request-opened',
  'pull-request-ready-for-review',
  'pull-request-reopened',
  'pull-request-synchronize',
  'pull-request-unlocked',
])

type Node = null | boolean | number | string | readonly Node[] | { readonly [key: string]: Node }
type Branch = Readonly<Record<string, Node>>

/** Prose and examples, which no validation reads. */
const prose = new Set(['description', 'summary', 'example', 'examples', 'externalDocs', 'tags', 'title'])

const isBranch = (node: Node | undefined): node is Branch =>
  typeof node === 'object' && node !== null && !Array.isArray(node)

/** Without prose; a property that happens to be called `description` or `title` stays. */
function withoutProse(node: Node, insideProperties: boolean): Node {
  if (Array.isArray(node)) return node.map((item: Node) => withoutProse(item, false))
  if (!isBranch(node)) return node
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => insideProperties || !(prose.has(key) || key.startsWith('x-github')))
      .map(([key, value]) => [key, withoutProse(value, key === 'properties' && !insideProperties)]),
  )
}

/** Everything that `node` refers to, directly and not, as `#/components/…` pointers. */
function references(root: Branch, node: Node, found = new Set<string>()): Set<string> {
  if (Array.isArray(node)) for (const item of node as readonly Node[]) references(root, item, found)
  else if (isBranch(node))
    for (const [key, value] of Object.entries(node)) {
      if (key !== '$ref' || typeof value !== 'string') references(root, value, found)
      else if (!found.has(value)) {
        found.add(value)
        references(root, resolve(root, value), found)
      }
    }
  return found
}

function resolve(root: Branch, pointer: string): Node {
  let node: Node | undefined = root
  for (const part of pointer.split('/').slice(1)) node = isBranch(node) ? node[part] : undefined
  if (node === undefined) throw new Error(`${pointer} leads nowhere`)
  return node
}

function operationId(operation: Branch): string {
  const id = operation['operationId']
  return typeof id === 'string' ? id : ''
}

function pickOperations(paths: Branch): Branch {
  const picked = Object.entries(paths).flatMap(([route, item]): [string, Node][] => {
    const kept = Object.entries(isBranch(item) ? item : {}).filter(
      ([, operation]) => isBranch(operation) && operations.has(operationId(operation)),
    )
    return kept.length > 0 ? [[route, Object.fromEntries(kept)]] : []
  })
  return Object.fromEntries(picked)
}

function cut(description: Branch): Branch {
  const root = withoutProse(description, false)
  if (!isBranch(root) || !isBranch(root['paths']) || !isBranch(root['x-webhooks']))
    throw new Error('not the OpenAPI description')
  const paths = pickOperations(root['paths'])
  const webhooks = Object.fromEntries(
    Object.entries(root['x-webhooks']).filter(([name]) => deliveries.has(name)),
  )
  const components: Record<string, Record<string, Node>> = {}
  for (const pointer of [...references(root, [paths, webhooks])].sort()) {
    const [, , group = '', name = ''] = pointer.split('/')
    components[group] = { ...components[group], [name]: resolve(root, pointer) }
  }
  return {
    openapi: root['openapi'] ?? '',
    info: { title: 'GitHub v3 REST API, cut', version: resolve(root, '#/info/version') },
    paths,
    'x-webhooks': webhooks,
    components,
  }
}

const [source] = process.argv.slice(2)
if (source === undefined) throw new Error('usage: cut.js <api.github.com.json>')
const description = JSON.parse(readFileSync(source, 'utf8')) as Branch // GitHub's published file
const target = path.resolve('emulators/github/openapi/api.github.com.cut.json')
writeFileSync(target, `${JSON.stringify(cut(description), null, 1)}\n`)
process.stdout.write(`${target}\n`)
