/** What a fetcher has asked for on a stream and not got. */
import { MyceliumError } from '../../base/errors/index.ts'
import type { FrameReader } from '../../base/net/index.ts'
import { FRAME_BYTES_MAX, QUEUED_MAX } from './limits.ts'
import { type PieceRequest, parseRequest } from './messages.ts'

export type Wanted = Exclude<PieceRequest, { type: 'cancel' }>

export interface Requests {
  /**
   * What is to be answered next: of pieces one that was sent least often, since what others have by now
   * the fetcher may get from them. Throws what ended the stream, if it was no orderly end.
   */
  next(timesSent: (index: number) => number): Wanted | undefined
  /** The fetcher asks for nothing more. */
  ended(): boolean
  done: Promise<void>
}

/** @param onChange Called when there is something new, and at the end. */
export function listen(reader: FrameReader, onChange: () => void): Requests {
  const wanted: Wanted[] = []
  let ended = false
  let failure: unknown

  function take(request: PieceRequest): void {
    if (request.type === 'cancel') {
      const at = wanted.findIndex((one) => one.type === 'get' && one.index === request.index)
      if (at >= 0) wanted.splice(at, 1)
      return
    }
    if (wanted.length >= QUEUED_MAX) {
      throw new MyceliumError('NET_REFUSED', 'The peer asks for too much at a time.')
    }
    wanted.push(request)
  }

  async function read(): Promise<void> {
    try {
      for (;;) {
        const frame = await reader.nextFrame(FRAME_BYTES_MAX)
        if (!frame) break
        take(parseRequest(frame))
        onChange()
      }
    } catch (error) {
      failure = error
    }
    ended = true
    onChange()
  }

  const done = read()
  return {
    next(timesSent) {
      if (failure) throw failure
      const times = (one: Wanted): number => (one.type === 'list' ? -1 : timesSent(one.index))
      const [first] = wanted.toSorted((a, b) => times(a) - times(b))
      if (first) wanted.splice(wanted.indexOf(first), 1)
      return first
    },
    ended: () => ended,
    done,
  }
}
