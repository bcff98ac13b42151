import { createFrameReader, type Net, type NodeId } from '../../base/net/index.ts'
import type { LinesQuery, LogLines } from './kept-lines.ts'
import { LOG_FRAME_BYTES_MAX } from './limits.ts'
import { parseAnswer, questionFrame } from './messages.ts'

/** Where a log is read. */
export interface LogPlace {
  holder: NodeId
  instance: string
  /** The node whose copy it is. */
  copyOf?: string
}

/** Lines of a log that another node keeps. */
export async function* remoteLines(
  net: Pick<Net, 'openStream'>,
  { holder, instance, copyOf }: LogPlace,
  { signal, ...query }: LinesQuery,
): AsyncGenerator<LogLines> {
  const stream = await net.openStream(holder, 'logs/3', { signal })
  const abort = (): void => stream.abort(new Error('The reader has gone.'))
  signal.addEventListener('abort', abort, { once: true })
  try {
    if (signal.aborted) return
    const which = copyOf === undefined ? {} : { copyOf }
    await stream.write(questionFrame({ instance, ...which, ...query }))
    // The writing end stays open: its end is how the other side learns that nobody reads any more.
    const reader = createFrameReader(stream)
    for (;;) {
      const bytes = await reader.frame(LOG_FRAME_BYTES_MAX * 2)
      // An empty frame is the end: a stream that only breaks off is not taken for one.
      if (bytes.byteLength === 0) return
      yield parseAnswer(bytes)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    signal.removeEventListener('abort', abort)
    abort()
  }
}
