import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Clock } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import type { Answer, Arrival } from './arrival.ts'
import {
  errorCode,
  type Failure,
  failureOf,
  isCrowded,
  isIdleClosed,
  isLate,
  isSpent,
} from './failures.ts'
import { requestHeaders, responseHeaders } from './headers.ts'
import type { EdgeErrorCode, Endpoint } from './index.ts'
import { JOINED_BYTES_MAX, STALL_MS } from './limits.ts'
import type { RequestBody } from './request-body.ts'
import type { Guest } from './room.ts'
import type { Route } from './route.ts'
import type { Stalled, Stalls } from './stalls.ts'
import type { Turn } from './turn.ts'
import type { Way } from './upstreams.ts'

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
  stalls: Stalls
  clock: Pick<Clock, 'monotonicMs' | 'timer'>
  way(endpoint: Endpoint): Way
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
      const mayRepeat = !badRequest && canRepeat(method, body, error, reached)
      if (mayRepeat && isIdleClosed(error)) turn.inVain()
      else if (!badRequest && !isCrowded(error)) turn.failed(reached, { late: isLate(error) })
      if (mayRepeat) attempt()
      else plan.onFailed(failures, badRequest ? 'badRequest' : 'sent')
    })
    const { answerMs, idleMs } = plan.timeouts
    const times = { headersTimeout: answerMs, bodyTimeout: idleMs }
    current.ask({ path: route.path, method, headers, body: bytesOf(body), ...times })
  }

  answer.once('close', () => {
    if (current) plan.stalls.end(current)
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
  if (isSpent(error) || (body.kind === 'stream' && body.touched())) return false
  if (!reached) return true
  // An endpoint that took its whole time to think would cost the client that time again.
  return IDEMPOTENT.has(method) && !isLate(error)
}

/** One request on its way to one endpoint, and its answer on the way back. */
class Attempt implements Dispatcher.DispatchHandler, Stalled, Guest {
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
  #cut = false
  readonly #way: Way
  #options: Dispatcher.DispatchOptions | undefined
  /** Its place is asked for, and not given up yet. */
  #expected = false
  #entered = false
  /** While it has yet to be sent. */
  #askedMs: number | undefined

  constructor(
    plan: ExchangePlan,
    endpoint: Endpoint,
    onFailed: (error: Error, reached: boolean) => void,
  ) {
    this.#plan = plan
    this.#response = plan.arrival.answer
    this.#endpoint = endpoint
    this.#onFailed = onFailed
    this.#way = plan.way(endpoint)
  }

  /** Sends it once it has a place; the time that it waits is of its answer's. */
  ask(options: Dispatcher.DispatchOptions): void {
    const { clock, stalls, timeouts } = this.#plan
    this.#options = options
    this.#expected = true
    this.#way.room.ask(this)
    // Once it is in, a connection is there or is being made, which has a time of its own.
    if (this.#entered || !this.#expected) return
    this.#askedMs = clock.monotonicMs()
    stalls.begin(this, timeouts.answerMs)
  }

  enter(): void {
    this.#entered = true
    const options = this.#options as Dispatcher.DispatchOptions
    if (this.#askedMs !== undefined) {
      const { clock, timeouts } = this.#plan
      const leftMs = this.#askedMs + timeouts.answerMs - clock.monotonicMs()
      options.headersTimeout = Math.max(1, Math.ceil(leftMs))
    }
    this.#way.pool.dispatch(options, this)
  }

  #late(): void {
    const code = this.#entered ? 'ANSWER_TIMEOUT' : 'NO_ROOM'
    const message = 'It could not be sent in the time that there is for an answer.'
    this.#giveUp()
    this.#onFailed(new MyceliumError<EdgeErrorCode>(code, message), false)
  }

  /** The client went away: so does the request. */
  abandon(): void {
    this.#giveUp()
  }

  #giveUp(): void {
    this.#plan.stalls.end(this)
    this.#abandoned = true
    // What the pool has it gives back when it is done with it.
    if (!this.#entered) this.#leave()
    this.#controller?.abort(new Error('The client went away.'))
  }

  #leave(): void {
    if (!this.#expected) return
    this.#expected = false
    this.#way.room.leave(this)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#askedMs !== undefined) this.#plan.stalls.end(this)
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
    this.#waitForReader()
    this.#response.once('drain', () => {
      this.#plan.stalls.end(this)
      controller.resume()
    })
  }

  #waitForReader(): void {
    const { stalls, timeouts } = this.#plan
    stalls.begin(this, Math.min(STALL_MS, timeouts.idleMs))
  }

  /**
   * It was not sent in time, or its answer is not read. A connection that takes nothing at all does
   * not take the end of one of its streams either.
   */
  stalled(): void {
    const { arrival } = this.#plan
    if (!this.#controller) {
      this.#late()
      return
    }
    if (this.#cut) {
      arrival.drop()
      return
    }
    this.#cut = true
    arrival.cut()
    this.#waitForReader()
  }

  onResponseEnd(): void {
    this.#leave()
    this.#headWaits = false
    // As one string with the head it is one copy and one write, where two buffers are a vector.
    if (this.#first) this.#response.end(this.#first.toString('latin1'), 'latin1')
    else this.#response.end()
    // The rest of a long answer may wait for its reader as well.
    if (this.#response.writableLength > 0) this.#waitForReader()
  }

  #flush(): void {
    if (!this.#headWaits) return
    this.#headWaits = false
    if (this.#first) this.#response.write(this.#first)
    else this.#plan.arrival.flush()
    this.#first = undefined
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#plan.stalls.end(this)
    this.#leave()
    if (this.#abandoned) return
    // The head is out: a broken connection is the only honest way to say that the body is not whole.
    if (this.#answering) this.#plan.arrival.cut()
    else this.#onFailed(error, this.#controller !== undefined)
  }
}
