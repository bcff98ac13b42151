/** `PUT` and `DELETE /api/kv/:key`: the value as the body, the expected revision as a header. */
import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { failure } from '../../handlers/index.ts'
import { type Exchange, sendJson } from './answers.ts'
import { bounded, readJson } from './body.ts'
import { BODY_BYTES_MAX, KEY_BODY_BYTES_MAX } from './limits.ts'

const TRANSACTIONS_PATH = '/api/transactions'
const KEY_PATH = /^\/api\/kv\/(.+)$/

/** The operations behind it. */
export interface KeyClient {
  put(input: {
    key: string
    value: string
    lease?: string
    ifMatch?: number | '*'
  }): Promise<unknown>
  delete(input: { key: string; ifMatch?: number | '*' }): Promise<unknown>
}

export interface KeyRoute {
  bodyBytesMax: number
  answer(exchange: Exchange, client: KeyClient): Promise<void>
}

/** Undefined where the contract's own form serves. */
export function findKeyRoute(method: string, pathname: string): KeyRoute | undefined {
  const [, key] = KEY_PATH.exec(pathname) ?? []
  if (key === undefined) return undefined
  if (method === 'PUT') {
    return {
      bodyBytesMax: KEY_BODY_BYTES_MAX,
      answer: (exchange, client) => putKey(exchange, client, key),
    }
  }
  if (method !== 'DELETE') return undefined
  return {
    bodyBytesMax: BODY_BYTES_MAX,
    answer: (exchange, client) => deleteKey(exchange, client, key),
  }
}

/** Of every other route: a transaction carries values. */
export function restBodyBytesMax(pathname: string): number {
  return pathname === TRANSACTIONS_PATH ? KEY_BODY_BYTES_MAX : BODY_BYTES_MAX
}

const BODY = z.strictObject({ value: z.string(), lease: z.string().optional() })

async function putKey(exchange: Exchange, client: KeyClient, path: string): Promise<void> {
  const { request, response } = exchange
  const key = keyIn(path)
  const ifMatch = expectedRevision(request)
  exchange.goOn()
  const { value, lease } = await readValue(exchange)
  const entry = await client.put({
    ...{ key, value },
    ...(lease !== undefined && { lease }),
    ...(ifMatch !== undefined && { ifMatch }),
  })
  sendJson(response, 200, entry)
}

async function deleteKey(
  { request, response, goOn }: Exchange,
  client: KeyClient,
  path: string,
): Promise<void> {
  goOn()
  const ifMatch = expectedRevision(request)
  const input = { key: keyIn(path), ...(ifMatch !== undefined && { ifMatch }) }
  sendJson(response, 200, await client.delete(input))
}

async function readValue({ request, url }: Exchange) {
  if (!(request.headers['content-type'] ?? '').startsWith('application/json')) {
    const chunks: Uint8Array[] = []
    for await (const chunk of bounded(request, BODY_BYTES_MAX)) chunks.push(chunk)
    const lease = url.searchParams.get('lease') ?? undefined
    return { value: Buffer.concat(chunks).toString('base64'), lease }
  }
  const parsed = BODY.safeParse(await readJson(request, KEY_BODY_BYTES_MAX))
  if (parsed.success) return parsed.data
  const problem = { path: 'value', message: 'The value as base64, and `lease` if it hangs on one.' }
  throw failure('VALIDATION_ERROR', `${problem.path}: ${problem.message}`, [problem])
}

/**
 * `If-Match: 12` or `"12"`, `*` for a key that must be; `If-None-Match: *`, like `If-Match: 0`, for one
 * that must not. A condition that cannot be kept is refused, never passed over.
 */
function expectedRevision({ headers }: IncomingMessage): number | '*' | undefined {
  const match = headers['if-match']?.trim().replace(/^"(.*)"$/, '$1')
  const none = headers['if-none-match']?.trim()
  if (none !== undefined && (none !== '*' || match !== undefined)) {
    throw wrongHeader('If-None-Match', 'Only `*`, and not together with If-Match.')
  }
  if (match === undefined) return none === '*' ? 0 : undefined
  if (match === '*') return match
  if (/^\d{1,15}$/.test(match)) return Number(match)
  throw wrongHeader('If-Match', 'A revision, which is a whole number, or `*`.')
}

function wrongHeader(path: string, message: string) {
  return failure('VALIDATION_ERROR', `${path}: ${message}`, [{ path, message }])
}

function keyIn(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
