/** Requests that stay requests: from their arrival to their answer. */
import { messageOf } from '../../base/errors/index.ts'
import type { Admission } from './admission.ts'
import type { Arrival } from './arrival.ts'
import { closing } from './closing.ts'
import { runExchange } from './exchange.ts'
import type { Failure } from './failures.ts'
import { BAD_REQUEST, BODY_LATE, FAILED, nobodyAnswered, type Passage } from './passage.ts'
import { refuse } from './refusal.ts'
import { keepBody, type RequestBody, streamBody } from './request-body.ts'
import {
  admissionOf,
  decideFor,
  finish,
  mayWake,
  type Note,
  noteOf,
  secureAddressFor,
  type Traffic,
  turnOf,
  wake,
  withoutPass,
} from './traffic.ts'

/** Nothing that one request brings may end what serves all the others. */
export function onRequest(traffic: Traffic, arrival: Arrival): void {
  try {
    receive(traffic, arrival)
  } catch (error) {
    giveUp(traffic, arrival, error)
  }
}

function giveUp(traffic: Traffic, arrival: Arrival, error: unknown): void {
  traffic.deps.logger.error('a request failed at the edge', { reason: messageOf(error) })
  traffic.counts.refusals++
  if (arrival.answer.headersSent) arrival.cut()
  else refuse(arrival, FAILED)
}

function receive(traffic: Traffic, arrival: Arrival): void {
  const { answer } = arrival
  traffic.counts.requests++
  const decision = decideFor(traffic, arrival)
  if ('status' in decision) {
    traffic.counts.refusals++
    refuse(arrival, decision)
    return
  }
  const { underWay } = traffic
  const going = underWay.enter(decision.route.workload, arrival.address, () => arrival.cut())
  const note = noteOf(traffic, decision, arrival.address)
  answer.once('close', () => {
    underWay.leave(going)
    // 499, as others call it: the client left before it was told anything.
    note.status = answer.headersSent ? answer.statusCode : 499
    finish(traffic, note, arrival.method, arrival.bodyBytes)
  })
  const secure = secureAddressFor(traffic, arrival, decision)
  if (secure !== undefined) {
    leadTo(arrival, 308, { location: secure })
    return
  }
  const admission = admissionOf(traffic, arrival, decision)
  if (admission.kind !== 'in') {
    turnAway(traffic, arrival, admission)
    return
  }
  if (admission.bearer) {
    going.bearer = admission.bearer.node
    note.member = admission.bearer.owner
  }
  const passage = withoutPass(decision, admission)
  if (!passage.sleeps) take(traffic, arrival, passage, note)
  else {
    const gone = closing(answer)
    wake(traffic, passage, gone)
      .then((awake) => {
        if (gone.aborted) return
        if ('route' in awake) take(traffic, arrival, awake, note)
        else {
          traffic.counts.refusals++
          refuse(arrival, awake)
        }
      })
      .catch((error: unknown) => giveUp(traffic, arrival, error))
  }
}

function take(traffic: Traffic, arrival: Arrival, decision: Passage, note: Note): void {
  const kind = arrival.bodyKind
  if (kind === 'none') forward(traffic, arrival, decision, note, { kind })
  else if (kind === 'stream') forward(traffic, arrival, decision, note, streamBody(arrival))
  else {
    keepBody(arrival, traffic.stalls)
      .then(
        (body) => {
          if (body !== 'late') forward(traffic, arrival, decision, note, body)
          else refuseRest(traffic, arrival)
        },
        // The client left before its request was whole: there is nobody to answer.
        () => arrival.cut(),
      )
      .catch((error: unknown) => giveUp(traffic, arrival, error))
  }
}

function refuseRest(traffic: Traffic, arrival: Arrival): void {
  traffic.counts.refusals++
  arrival.readNoMore()
  refuse(arrival, BODY_LATE)
}

function forward(
  traffic: Traffic,
  arrival: Arrival,
  passage: Passage,
  note: Note,
  body: RequestBody,
): void {
  const { route, service } = passage
  const failed = (failures: readonly Failure[], badRequest: boolean): void => {
    traffic.counts.refusals++
    refuse(arrival, badRequest ? BAD_REQUEST : nobodyAnswered(route, failures))
  }
  runExchange({
    ...{ arrival, route, body, timeouts: service.rules, member: note.member },
    ...{ turn: turnOf(traffic, route), stalls: traffic.stalls },
    ...{ way: traffic.upstreams.way, clock: traffic.deps.clock },
    onAnswer: (endpoint) => (note.by = endpoint),
    onFailed(failures, why) {
      if (!mayWake(passage) || why !== 'noneLeft') return failed(failures, why === 'badRequest')
      const asleep = { route, service, sleeps: true }
      const gone = closing(arrival.answer)
      wake(traffic, asleep, gone)
        .then((awake) => {
          if (gone.aborted) return
          if ('route' in awake) forward(traffic, arrival, awake, note, body)
          else failed(failures, false)
        })
        .catch((error: unknown) => giveUp(traffic, arrival, error))
    },
  })
}

function turnAway(
  traffic: Traffic,
  arrival: Arrival,
  admission: Exclude<Admission, { kind: 'in' }>,
): void {
  if (admission.kind === 'out') {
    traffic.counts.refusals++
    refuse(arrival, admission.refusal)
    return
  }
  const { location, cookie } = admission
  leadTo(arrival, 303, { location, ...(cookie !== undefined && { 'set-cookie': cookie }) })
}

/** The address may hold a pass: nobody further on is to learn it, nor to keep the answer. */
function leadTo(arrival: Arrival, status: 303 | 308, fields: Record<string, string>): void {
  const quiet = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }
  const all = { ...fields, ...quiet, 'content-length': '0' }
  arrival.begin(status, LEADS[status], Object.entries(all).flat())
  arrival.answer.end()
}

const LEADS = { 303: 'See Other', 308: 'Permanent Redirect' } as const
