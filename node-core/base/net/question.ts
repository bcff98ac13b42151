import type { Clock } from '../clock/index.ts'
import { MyceliumError } from '../errors/index.ts'
import { createFrameReader, type FrameReader } from './framing.ts'
import type { NetErrorCode, NetStream } from './index.ts'
import { QUESTION_MS } from './limits.ts'

/**
 * What whoever opened a stream wants of it: its first frame, and what reads on behind it. Whoever says
 * nothing is cut off, since streams that are served are few. Throws as `frame`, and NET_TIMEOUT.
 */
export async function questionOn(
  stream: NetStream,
  clock: Pick<Clock, 'timer'>,
  bytesMax: number,
): Promise<{ question: Uint8Array; reader: FrameReader }> {
  const reader = createFrameReader(stream)
  const cancel = clock.timer(QUESTION_MS, () => {
    stream.abort(new MyceliumError<NetErrorCode>('NET_TIMEOUT', 'The peer asked for nothing.'))
  })
  try {
    return { question: await reader.frame(bytesMax), reader }
  } finally {
    cancel()
  }
}
