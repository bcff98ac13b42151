/**
 * `/api/kv/:key` without the contract's router, which costs more than reading or writing a key does:
 * the value as the body, the expected revision as a header. What is out of the ordinary goes the
 * contract's way, so that it is refused by its words.
 */
import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { failure, isKey, isNewKey, type KeyCalls } from '../../handlers/index.ts'
import { type Exchange, sendJson } from './answers.ts'
import { readBytes, readJson } from './body.ts'
import { BODY_BYTES_MAX, KEY_BODY_BYTES_MAX } from './limits.ts'

const TRANSACTIONS_PATH = '/api/transactions'
const KEY_PATH = /^\/api\/kv\/(.+)$/

/** What stands behind it: the contract's way, and the short one. */
export interface KeyOperations {
  client: { kv: KeyClient }
  keys: KeyCalls
}

interface KeyClient {
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
  answer(exchange: Exchange, operations: KeyOperations): Promise<void>
}

/** Undefined where the contract's own form serves. */
export function findKeyRoute(
  method: string,
  pathname: string,
  search: string,
): KeyRoute | undefined {
  const [, path] = KEY_PATH.exec(pathname) ?? []
  if (path === undefined) return undefined
  if (method === 'PUT') {
    return {
      bodyBytesMax: KEY_BODY_BYTES_MAX,
      answer: (exchange, operations) => putKey(exchange, operations, path),
    }
  }
  if (method === 'DELETE') {
    return {
      bodyBytesMax: BODY_BYTES_MAX,
      answer: (exchange, { client }) => deleteKey(exchange, client.kv, path),
    }
  }
  const key = keyIn(path)
  if (method !== 'GET' || search !== '' || !isKey(key)) return undefined
  return {
    bodyBytesMax: BODY_BYTES_MAX,
    answer: async ({ response }, { keys }) => {
      sendJson(response, 200, await keys.get({ key, consistency: 'linearizable' }))
    },
  }
}

/** Of every other route: a transaction carries values. */
export function restBodyBytesMax(pathname: string): number {
  return pathname === TRANSACTIONS_PATH ? KEY_BODY_BYTES_MAX : BODY_BYTES_MAX
}

const BODY = z.strictObject({ value: z.string(), lease: z.string().optional() })
/** As the contract has it, for clients that are made from it. */
const CONDITION = z.strictObject({
  ifMatch: z.union([z.int().min(0), z.literal('*')]).optional(),
})

async function putKey(
  exchange: Exchange,
  { client, keys }: KeyOperations,
  path: string,
): Promise<void> {
  const { request, response, url } = exchange
  const key = keyIn(path)
  refuseOthers(url, isJson(request) ? ['ifMatch'] : ['ifMatch', 'lease'])
  const ifMatch = onlyOne([expectedRevision(request), revisionIn(url)])
  exchange.goOn()
  if (isJson(request) || !isNewKey(key) || url.search !== '') {
    const { value, lease } = await readValue(exchange)
    const entry = await client.kv.put({
      ...{ key, value },
      ...(lease !== undefined && { lease }),
      ...(ifMatch !== undefined && { ifMatch }),
    })
    return sendJson(response, 200, entry)
  }
  const value = await readBytes(request, BODY_BYTES_MAX)
  sendJson(response, 200, await keys.put({ key, value, ifMatch }))
}

async function deleteKey(
  { request, response, url, goOn }: Exchange,
  client: KeyClient,
  path: string,
): Promise<void> {
  refuseOthers(url, ['ifMatch'])
  const given = [expectedRevision(request), revisionIn(url)]
  goOn()
  const ifMatch = onlyOne([...given, conditionIn(await readJson(request, BODY_BYTES_MAX))])
  const input = { key: keyIn(path), ...(ifMatch !== undefined && { ifMatch }) }
  sendJson(response, 200, await client.delete(input))
}

async function readValue({ request, url }: Exchange) {
  if (!isJson(request)) {
    const value = await readBytes(request, BODY_BYTES_MAX)
    return { value: value.toString('base64'), lease: url.searchParams.get('lease') ?? undefined }
  }
  const parsed = BODY.safeParse(await readJson(request, KEY_BODY_BYTES_MAX))
  if (parsed.success) return parsed.data
  const problem = { path: 'value', message: 'The value as base64, and `lease` if it hangs on one.' }
  throw failure('VALIDATION_ERROR', `${problem.path}: ${problem.message}`, [problem])
}

function conditionIn(body: unknown): Condition {
  const parsed = CONDITION.safeParse(body)
  if (parsed.success) return parsed.data.ifMatch
  throw wrong('', 'Nothing but `ifMatch`, a revision or `*`.')
}

function revisionIn({ searchParams }: URL): Condition {
  const [given, more] = searchParams.getAll('ifMatch')
  if (more !== undefined) throw wrong('ifMatch', 'Once.')
  return given === undefined ? undefined : revisionOf(given, 'ifMatch')
}

/** Said in two ways it would have to hold in both; whoever does so means something else. */
function onlyOne(conditions: Condition[]): Condition {
  const [first, second] = conditions.filter((one) => one !== undefined)
  if (second === undefined) return first
  throw wrong('ifMatch', 'In one place: the header If-Match or If-None-Match, or here.')
}

/** A condition by a name that nobody knows would be passed over. */
function refuseOthers({ searchParams }: URL, known: readonly string[]): void {
  const other = [...searchParams.keys()].find((name) => !known.includes(name))
  if (other !== undefined) throw wrong(other, `Not known here: there is ${known.join(', ')}.`)
}

type Condition = number | '*' | undefined

/**
 * `If-Match: 12` or `"12"`, `*` for a key that must be; `If-None-Match: *`, like `If-Match: 0`, for one
 * that must not. A condition that cannot be kept is refused, never passed over.
 */
function expectedRevision({ headers }: IncomingMessage): Condition {
  const match = headers['if-match']?.trim().replace(/^"(.*)"$/, '$1')
  const none = headers['if-none-match']?.trim()
  if (none !== undefined && (none !== '*' || match !== undefined)) {
    throw wrong('If-None-Match', 'Only `*`, and not together with If-Match.')
  }
  if (match === undefined) return none === '*' ? 0 : undefined
  return revisionOf(match, 'If-Match')
}

function revisionOf(text: string, place: string): number | '*' {
  if (text === '*') return text
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw wrong(place, 'A revision, which is a whole number, or `*`.')
}

function wrong(path: string, message: string) {
  const text = path === '' ? message : `${path}: ${message}`
  return failure('VALIDATION_ERROR', text, [{ path, message }])
}

function isJson({ headers }: IncomingMessage): boolean {
  return (headers['content-type'] ?? '').startsWith('application/json')
}

function keyIn(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
