/**
 * `/mycelium/join/1`: the one protocol a stranger may speak, so the one whose id carries no network.
 * One frame each way.
 */
import type { Connection, Stream } from '@libp2p/interface'
import type { Clock } from '../../base/clock/index.ts'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import { createFrameReader, framed } from '../../base/net/index.ts'
import { hostIn, parseAddress } from './addresses.ts'
import { createDeadline, within } from './deadline.ts'
import { netError } from './errors.ts'
import type { BareHost } from './host.ts'
import {
  JOIN_ADDRESSES_MAX,
  JOIN_BYTES_MAX,
  JOIN_TIMEOUT_MS,
  JOINS_BURST_MAX,
  JOINS_PER_MINUTE_MAX,
} from './limits.ts'
import { createNetStream } from './net-stream.ts'
import { createKeyedRate } from './token-bucket.ts'

export const JOIN_PROTOCOL = '/mycelium/join/1'

export type JoinHandler = (body: Uint8Array, remotePeerId: string) => Promise<Uint8Array>

export interface JoinDoor {
  serve(handler: JoinHandler): () => void
  /** libp2p's stream handler. */
  open(stream: Stream, connection: Connection): Promise<void>
}

export function createJoinDoor(clock: Clock, logger: Logger): JoinDoor {
  const rate = createKeyedRate(JOINS_PER_MINUTE_MAX / 60, JOINS_BURST_MAX, JOIN_ADDRESSES_MAX)
  let serving: JoinHandler | undefined

  const answer = async (stream: Stream, connection: Connection): Promise<void> => {
    const bytes = createNetStream(stream)
    const body = await createFrameReader(bytes).frame(JOIN_BYTES_MAX)
    if (!serving) throw new MyceliumError('NET_REFUSED', 'This node takes no newcomers.')
    await bytes.write(framed(await serving(body, connection.remotePeer.toString())))
    await bytes.closeWrite()
  }
  return {
    serve(handler) {
      serving = handler
      return () => {
        if (serving === handler) serving = undefined
      }
    },
    async open(stream, connection) {
      const deadline = createDeadline(clock, JOIN_TIMEOUT_MS)
      try {
        const from = hostIn(connection.remoteAddr) ?? connection.remotePeer.toString()
        if (!rate.take(from, clock.monotonicMs())) {
          throw new MyceliumError('NET_REFUSED', 'Too many join requests from this address.')
        }
        await within(deadline.signal, answer(stream, connection))
      } catch (error) {
        logger.debug('A join request was not answered.', { reason: messageOf(error) })
        stream.abort(error instanceof Error ? error : new Error(String(error)))
      } finally {
        deadline.clear()
      }
    },
  }
}

/** Dials `address` and asks. Throws ADDRESS_INVALID and the codes of `Net`. */
export async function askToJoin(
  host: BareHost,
  clock: Clock,
  address: string,
  body: Uint8Array,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const target = parseAddress(address)
  const deadline = createDeadline(clock, JOIN_TIMEOUT_MS, signal)
  try {
    const connection = await reach(() => host.dial(target, { signal: deadline.signal }))
    const stream = await connection.newStream(JOIN_PROTOCOL, { signal: deadline.signal })
    const bytes = createNetStream(stream)
    const exchange = async (): Promise<Uint8Array> => {
      await bytes.write(framed(body))
      await bytes.closeWrite()
      return createFrameReader(bytes).frame(JOIN_BYTES_MAX)
    }
    return await within(deadline.signal, exchange(), (reason) => stream.abort(reason))
  } catch (cause) {
    if (deadline.signal.aborted) throw deadline.signal.reason
    throw netError(cause, 'NET_REFUSED')
  } finally {
    deadline.clear()
  }
}

async function reach<T>(dial: () => Promise<T>): Promise<T> {
  try {
    return await dial()
  } catch (cause) {
    throw netError(cause, 'NET_UNREACHABLE')
  }
}
