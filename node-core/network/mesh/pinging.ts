/** libp2p's ping on one given connection: the same 32 bytes back. */
import type { Connection } from '@libp2p/interface'
import type { Clock } from '../../base/clock/index.ts'
import { equalBytes } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { Random } from '../../base/random/index.ts'
import { createDeadline, within } from './deadline.ts'
import { netError } from './errors.ts'
import { concat } from './frames.ts'
import { PING_TIMEOUT_MS } from './limits.ts'
import { createNetStream } from './net-stream.ts'

export interface PingOptions {
  signal?: AbortSignal
  timeoutMs?: number
}

/** The round trip in milliseconds. Throws NET_TIMEOUT or NET_REFUSED. */
export async function pingConnection(
  connection: Connection,
  clock: Clock,
  random: Random,
  options: PingOptions = {},
): Promise<number> {
  const deadline = createDeadline(clock, options.timeoutMs ?? PING_TIMEOUT_MS, options.signal)
  const { signal } = deadline
  try {
    const stream = await connection.newStream(PING_PROTOCOL, { signal })
    const bytes = createNetStream(stream)
    const exchange = async (): Promise<number> => {
      const sent = random.bytes(PING_BYTES)
      const startMs = clock.monotonicMs()
      await bytes.write(sent)
      await readEcho(bytes, sent)
      const roundTripMs = clock.monotonicMs() - startMs
      await bytes.closeWrite()
      return roundTripMs
    }
    return await within(signal, exchange(), (reason) => stream.abort(reason))
  } catch (cause) {
    if (signal.aborted) throw signal.reason
    throw netError(cause, 'NET_REFUSED')
  } finally {
    deadline.clear()
  }
}

const PING_PROTOCOL = '/ipfs/ping/1.0.0'
const PING_BYTES = 32

async function readEcho(stream: AsyncIterable<Uint8Array>, sent: Uint8Array): Promise<void> {
  let echo: Uint8Array = new Uint8Array(0)
  for await (const chunk of stream) {
    echo = concat([echo, chunk])
    if (echo.byteLength < sent.byteLength) continue
    if (equalBytes(echo, sent)) return
    break
  }
  throw new MyceliumError('NET_REFUSED', 'The peer did not echo a ping.')
}
