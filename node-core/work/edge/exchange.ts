import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { isCode, messageOf } from '../../base/errors/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import type { Answer, Arrival } from './arrival.ts'
import { requestHeaders, responseHeaders } from './headers.ts'
import type { Endpoint } from './index.ts'
import { JOINED_BYTES_MAX } from './limits.ts'
import type { RequestBody } from './request-body.ts'
import type { Route } from './route.ts'
import type { Turn } from './turn.ts'

/** RFC 9110 §9.2.2: sending it twice has the effect of sending it once. */
const IDEMPOTENT: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'OPTIONS',
  'PUT',
  'DELETE',
  'TRACE',
])

export interface ExchangePlan {
  arrival: Arrival
  route: Route
  body: RequestBody
  /** Whose pass it brought. */
  member: OwnerId | undefined
  turn: Turn
  timeouts: Timeouts
  pool(endpoint: Endpoint): Dispatcher
  /** It began to answer. */
  onAnswer(endpoint: Endpoint): void
  /** No endpoint answered: what each said, and why no other is asked. */
  onFailed(failures: readonly Failure[], why: GivenUp): void
}

export type GivenUp =
  /** The request itself was at fault. */
  | 'badRequest'
  /** It may have been acted on. */
  | 'sent'
  /** It could go to another, were there one. */
  | 'noneLeft'

/** What a workload grants its own answers. */
export interface Timeouts {
  /** To the first byte. */
  answerMs: number
  /** Between two bytes of it. */
  idleMs: number
}

export interface Failure {
  endpoint: Endpoint
  reason: string
  /** It was given its time and let it pass. */
  late: boolean
}

/** Sends one request to one endpoint after another until one begins to answer. */
export function runExchange(plan: ExchangePlan): void {
  const { arrival, route, body, turn } = plan
  const { method, answer, address, secure } = arrival
  const failures: Failure[] = []
  const { host, prefix } = route
  const from = { address, secure, host, prefix, member: plan.member }
  const headers = requestHeaders(arrival.rawHeaders, arrival.headers.connection ?? '', from)
  let current: Attempt | undefined

  const attempt = (): void => {
    const endpoint = turn.next()
    if (!endpoint) {
      plan.onFailed(failures, 'noneLeft')
      return
    }
    current = new Attempt(plan, endpoint, (error, reached) => {
      failures.push(failureOf(endpoint, error))
      const badRequest = errorCode(error) === 'UND_ERR_INVALID_ARG'
      if (!badRequest) turn.failed(reached)
      if (!badRequest && canRepeat(method, body, error, reached)) attempt()
      else plan.onFailed(failures, badRequest ? 'badRequest' : 'sent')
    })
    const { answerMs, idleMs } = plan.timeouts
    const times = { headersTimeout: answerMs, bodyTimeout: idleMs }
    plan
      .pool(endpoint)
      .dispatch({ path: route.path, method, headers, body: bytesOf(body), ...times }, current)
  }

  answer.once('close', () => {
    // A stream of HTTP/2 that the client reset counts as finished, though nobody has ended it here.
    if (!answer.writableEnded) current?.abandon()
    turn.over()
  })
  attempt()
}

function bytesOf(body: RequestBody): Buffer | Readable | null {
  if (body.kind === 'none') return null
  return body.kind === 'kept' ? body.bytes : body.open()
}

/** A request may go out again if the first never left, or if twice is as good as once. */
function canRepeat(method: string, body: RequestBody, error: Error, reached: boolean): boolean {
  if (body.kind === 'stream' && body.touched()) return false
  if (!reached) return true
  // An endpoint that took its whole time to think would cost the client that time again.
  return IDEMPOTENT.has(method) && !isLate(error)
}

/** One request on its way to one endpoint, and its answer on the way back. */
class Attempt implements Dispatcher.DispatchHandler {
  readonly #plan: ExchangePlan
  readonly #response: Answer
  readonly #endpoint: Endpoint
  readonly #onFailed: (error: Error, reached: boolean) => void
  #controller: Dispatcher.DispatchController | undefined
  #abandoned = false
  #answering = false
  /** The head waits for the first bytes of the body. */
  #headWaits = false
  /** A small first part of the body, which may turn out to be all of it. */
  #first: Buffer | undefined

  constructor(
    plan: ExchangePlan,
    endpoint: Endpoint,
    onFailed: (error: Error, reached: boolean) => void,
  ) {
    this.#plan = plan
    this.#response = plan.arrival.answer
    this.#endpoint = endpoint
    this.#onFailed = onFailed
  }

  /** The client went away: so does the request. */
  abandon(): void {
    this.#abandoned = true
    this.#controller?.abort(new Error('The client went away.'))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#abandoned) controller.abort(new Error('The client went away.'))
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
    statusText?: string,
  ): void {
    // Interim answers (103) are hints that may be left out.
    if (status < 200) return
    this.#answering = true
    this.#plan.turn.answered(status)
    this.#plan.onAnswer(this.#endpoint)
    const flat = responseHeaders(headers, this.#endpoint, this.#plan.route)
    this.#plan.arrival.begin(status, statusText ?? '', flat)
    this.#headWaits = true
    // Head and small body mostly come in one read and leave in one write; a head that comes alone
    // (an event stream) must not wait for more.
    queueMicrotask(() => this.#flush())
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#plan.arrival.bodyBytes += chunk.byteLength
    if (this.#headWaits && !this.#first && chunk.byteLength <= JOINED_BYTES_MAX) {
      this.#first = chunk
      return
    }
    this.#flush()
    if (this.#response.write(chunk)) return
    controller.pause()
    this.#response.once('drain', () => controller.resume())
  }

  onResponseEnd(): void {
    this.#headWaits = false
    // As one string with the head it is one copy and one write, where two buffers are a vector.
    if (this.#first) this.#response.end(this.#first.toString('latin1'), 'latin1')
    else this.#response.end()
  }

  #flush(): void {
    if (!this.#headWaits) return
    this.#headWaits = false
    if (this.#first) this.#response.write(this.#first)
    else this.#plan.arrival.flush()
    this.#first = undefined
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    if (this.#abandoned) return
    // The head is out: a broken connection is the only honest way to say that the body is not whole.
    if (this.#answering) this.#plan.arrival.cut()
    else this.#onFailed(error, this.#controller !== undefined)
  }
}

export function failureOf(endpoint: Endpoint, error: unknown): Failure {
  return { endpoint, reason: reasonOf(error), late: isLate(error) }
}

const LATE_CODES: ReadonlySet<string> = new Set([
  'ANSWER_TIMEOUT',
  'CONNECT_TIMEOUT',
  'NET_TIMEOUT',
  'TUNNEL_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
])

function isLate(error: unknown): boolean {
  const code = errorCode(error)
  return code !== undefined && LATE_CODES.has(code)
}

function reasonOf(error: unknown): string {
  switch (errorCode(error)) {
    case 'CONNECT_TIMEOUT':
      return 'it could not be connected to in time'
    case 'ECONNREFUSED':
      return 'nothing listens on its port'
    case 'ANSWER_TIMEOUT':
    case 'UND_ERR_HEADERS_TIMEOUT':
      return 'it did not answer in time'
    case 'UND_ERR_SOCKET':
    case 'ECONNRESET':
    case 'EPIPE':
      return 'it closed the connection without an answer'
    case 'NET_UNREACHABLE':
    case 'NET_TIMEOUT':
      return 'its node cannot be reached'
  }
  if (isCode(error, 'TUNNEL_REFUSED') || isCode(error, 'TUNNEL_TIMEOUT')) return error.message
  const text = messageOf(error)
  if (!(error instanceof Error) || error.name !== 'HTTPParserError') return `it failed: ${text}`
  // The parser is not made lenient, or two readers of one answer could differ (docs/adr/0032).
  const [, broken = text] = /\((.+)\)/.exec(text) ?? []
  const rule = /\b(CR|LF)\b/.test(broken) ? '; every line of a head ends with CR LF' : ''
  return `what it answered is not valid HTTP (${broken}${rule})`
}

function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
