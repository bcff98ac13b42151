/** Requests that ask to leave HTTP: from their arrival to the end of their connection. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { messageOf } from '../../base/errors/index.ts'
import { isSecure } from './arrival.ts'
import { closing } from './closing.ts'
import { hostOf } from './headers.ts'
import { BAD_REQUEST, FAILED, nobodyAnswered, type Passage } from './passage.ts'
import { notInTheClear } from './redirect.ts'
import type { Refusal } from './refusal.ts'
import {
  admissionOf,
  decideFor,
  finish,
  mayWake,
  noteOf,
  secureAddressFor,
  type Traffic,
  turnOf,
  wake,
  withoutPass,
} from './traffic.ts'
import { refuseUpgrade, runUpgrade } from './upgrade.ts'

export function onUpgrade(
  traffic: Traffic,
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
): void {
  const { logger } = traffic.deps
  client.on('error', (error) => logger.debug('upgraded connection broke', { error }))
  const failed = (error: unknown): void => {
    logger.error('an upgrade failed at the edge', { reason: messageOf(error) })
    traffic.counts.refusals++
    refuseUpgrade(request, client, FAILED)
  }
  try {
    receiveUpgrade(traffic, { request, client, head, failed })
  } catch (error) {
    failed(error)
  }
}

interface Upgrade {
  request: IncomingMessage
  client: Duplex
  head: Buffer
  failed(error: unknown): void
}

function receiveUpgrade(traffic: Traffic, { request, client, head, failed }: Upgrade): void {
  traffic.counts.requests++
  const { headers, rawHeaders, method = '', socket } = request
  const asked = {
    ...{ host: hostOf(rawHeaders), target: request.url ?? '', headers },
    ...{ method, upgrades: true as const },
    ...{ address: socket.remoteAddress ?? '', secure: isSecure(request) },
  }
  const decision = decideFor(traffic, asked)
  if ('status' in decision) {
    traffic.counts.refusals++
    refuseUpgrade(request, client, decision)
    return
  }
  const note = noteOf(traffic, decision, asked.address)
  const bytesBefore = socket.bytesWritten
  const over = (): void => {
    // As of a request: the client left before it was told anything.
    if (note.status === 0) note.status = 499
    finish(traffic, note, method, socket.bytesWritten - bytesBefore)
  }
  const refuseWith = (refusal: Refusal): void => {
    traffic.counts.refusals++
    note.status = refusal.status
    refuseUpgrade(request, client, refusal)
  }
  const secure = secureAddressFor(traffic, asked, decision)
  if (secure !== undefined) {
    refuseWith(notInTheClear(secure))
    over()
    return
  }
  const admission = admissionOf(traffic, asked, decision)
  if (admission.kind !== 'in') {
    // A WebSocket's client does not follow: it has to come with its cookie.
    refuseWith(admission.kind === 'out' ? admission.refusal : BAD_REQUEST)
    over()
    return
  }
  const { detached, underWay } = traffic
  const member = admission.bearer?.owner
  note.member = member
  detached.add(client)
  const going = underWay.enter(note.workload, note.client, () => client.destroy())
  going.bearer = admission.bearer?.node
  const passOn = async (passage: Passage): Promise<void> => {
    const awake = passage.sleeps ? await wake(traffic, passage, closing(client)) : passage
    if (!('route' in awake)) {
      refuseWith(awake)
      return
    }
    const { route, service } = awake
    let fellAsleep = false
    await runUpgrade({
      ...{ request, client, head, route, timeouts: service.rules, member },
      ...{ turn: turnOf(traffic, route), clock: traffic.deps.clock },
      connect: traffic.upstreams.connect,
      onAnswer(endpoint, status) {
        note.by = endpoint
        note.status = status
      },
      onFailed(failures, sent) {
        fellAsleep = mayWake(passage) && !sent
        if (!fellAsleep) refuseWith(nobodyAnswered(route, failures))
      },
    })
    if (fellAsleep) await passOn({ ...awake, sleeps: true })
  }
  void passOn(withoutPass(decision, admission))
    .catch(failed)
    .finally(() => {
      detached.delete(client)
      underWay.leave(going)
      over()
    })
}
