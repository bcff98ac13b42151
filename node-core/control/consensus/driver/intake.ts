/** Takes what peers say: one stream from each, in frames of bounded size. */
import type { Clock } from '../../../base/clock/index.ts'
import { isCode, messageOf } from '../../../base/errors/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import {
  createFrameReader,
  type Net,
  type NetStream,
  type NodeId,
} from '../../../base/net/index.ts'
import type { Verdict } from '../index.ts'
import { MESSAGE_BYTES_MAX, REJECTED_MS, REJECTED_PEERS_MAX } from './limits.ts'

export interface Intake {
  /** Waits for readers to end. */
  stop(): Promise<void>
}

export interface IntakeDeps {
  net: Pick<Net, 'onStream'>
  protocol: string
  clock: Clock
  logger: Logger
  step: (from: NodeId, message: Uint8Array) => Verdict
}

export function createIntake(deps: IntakeDeps): Intake {
  const { net, clock, logger } = deps
  const streams = new Map<NodeId, NetStream>()
  const reading = new Set<Promise<void>>()
  const rejectedUntilMs = new Map<NodeId, number>()

  function accept(stream: NetStream, peer: NodeId): void {
    if ((rejectedUntilMs.get(peer) ?? 0) > clock.monotonicMs()) {
      stream.abort(new Error('The peer is not listened to.'))
      return
    }
    // A peer that opens another has given the last one up, though we may not have heard of it.
    streams.get(peer)?.abort(new Error('The peer has opened another stream.'))
    streams.set(peer, stream)
    const work = read(stream, peer).finally(() => {
      reading.delete(work)
      if (streams.get(peer) === stream) streams.delete(peer)
    })
    reading.add(work)
  }

  async function read(stream: NetStream, peer: NodeId): Promise<void> {
    const reader = createFrameReader(stream)
    try {
      // What was replaced is not read to its end.
      while (streams.get(peer) === stream) {
        const frame = await reader.frame(MESSAGE_BYTES_MAX)
        if (streams.get(peer) !== stream) return
        // A copy, since an engine may keep parts of it, and a frame is part of a larger piece.
        const verdict = deps.step(peer, Uint8Array.from(frame))
        if (verdict.verdict === 'reject') return reject(stream, peer, verdict.code)
      }
    } catch (error) {
      if (isCode(error, 'NET_TOO_LARGE')) return reject(stream, peer, error.code)
      // A stream's end is everyday.
      logger.debug('A stream from a peer ended.', { peer, error: messageOf(error) })
      stream.abort(new Error('The stream cannot be read.'))
    }
  }

  function reject(stream: NetStream, peer: NodeId, code: string): void {
    logger.warn('A peer sent what no honest one does.', { peer, code })
    const [oldest] = rejectedUntilMs.keys()
    const full = rejectedUntilMs.size >= REJECTED_PEERS_MAX && !rejectedUntilMs.has(peer)
    if (full && oldest !== undefined) rejectedUntilMs.delete(oldest)
    rejectedUntilMs.set(peer, clock.monotonicMs() + REJECTED_MS)
    stream.abort(new Error('The message was rejected.'))
  }

  const release = net.onStream(deps.protocol, accept)
  return {
    async stop() {
      release()
      const open = [...streams.values()]
      streams.clear()
      for (const stream of open) stream.abort(new Error('Consensus has stopped.'))
      await Promise.all(reading)
    },
  }
}
